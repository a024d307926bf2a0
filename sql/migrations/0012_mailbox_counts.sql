-- A mailbox that a rename has taken out of the index of names for a moment (deleted_at
-- -infinity) is there all the time: a rename within an owner's mailboxes changes no count, and
-- one between two owners takes the rows of both in one statement, in ascending order.
CREATE OR REPLACE FUNCTION count_mailboxes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mailbox_counts AS c (owner_id, slot, mailboxes)
        SELECT n.owner_id, pg_backend_pid() % 8, count(*)
        FROM after n
        WHERE n.owner_id IS NOT NULL AND n.deleted_at IS NULL
        GROUP BY n.owner_id ORDER BY n.owner_id
        ON CONFLICT (owner_id, slot) DO UPDATE SET mailboxes = c.mailboxes + excluded.mailboxes;
    ELSE
        INSERT INTO mailbox_counts AS c (owner_id, slot, mailboxes)
        SELECT d.owner_id, pg_backend_pid() % 8, sum(d.change)
        FROM (SELECT n.owner_id, 1 AS change FROM after n
              WHERE coalesce(n.deleted_at, '-infinity') = '-infinity'
              UNION ALL
              SELECT o.owner_id, -1 FROM before o
              WHERE coalesce(o.deleted_at, '-infinity') = '-infinity') d
        WHERE d.owner_id IS NOT NULL
        GROUP BY d.owner_id HAVING sum(d.change) <> 0 ORDER BY d.owner_id
        ON CONFLICT (owner_id, slot) DO UPDATE SET mailboxes = c.mailboxes + excluded.mailboxes;
    END IF;
    RETURN NULL;
END
$$;
