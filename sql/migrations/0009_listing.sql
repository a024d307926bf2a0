-- What LIST asks (docs/architecture.md, "Listing"), and subscriptions that come by
-- themselves and go with a rename.

-- Everything on which a user has rights, in one pass over the rows that concern the
-- user: effective_rights (0001) the other way round. What others own or may see is not
-- looked at; OFFSET 0 keeps the planner from reading acl from end to end for a group.
CREATE FUNCTION rights_of_user(user_id bigint)
RETURNS TABLE (mailbox_id bigint, rights integer)
LANGUAGE sql STABLE ROWS 1000 AS $$
    SELECT a.mailbox_id,
           (coalesce(bit_or(a.rights) FILTER (WHERE NOT a.negative), 0)
            & ~ coalesce(bit_or(a.rights) FILTER (WHERE a.negative), 0)) | max(a.kept)
    FROM (
        SELECT m.id AS mailbox_id, 0 AS rights, false AS negative,
               NULL::timestamptz AS expires_at, 1025 AS kept
        FROM mailboxes m
        WHERE coalesce(m.owner_id, 0) = $1 AND m.deleted_at IS NULL
        UNION ALL
        SELECT a.mailbox_id, a.rights, a.negative, a.expires_at, 0
        FROM acl a
        WHERE a.user_id = $1
        UNION ALL
        SELECT a.mailbox_id, a.rights, a.negative, a.expires_at, 0
        FROM group_members g
        CROSS JOIN LATERAL (SELECT * FROM acl WHERE acl.group_id = g.group_id OFFSET 0) a
        WHERE g.user_id = $1
        UNION ALL
        SELECT a.mailbox_id, a.rights, a.negative, a.expires_at, 0
        FROM acl a
        WHERE a.user_id IS NULL AND a.group_id IS NULL
    ) a
    WHERE a.expires_at IS NULL OR a.expires_at > now()
    GROUP BY a.mailbox_id
$$;

-- Subscriptions -----------------------------------------------------------------------

-- Everybody who may see the mailbox is subscribed to it, unless they have said otherwise.
ALTER TABLE mailboxes ADD COLUMN auto_subscribe boolean NOT NULL DEFAULT false;
CREATE INDEX mailboxes_auto_subscribe ON mailboxes (id) WHERE auto_subscribe AND deleted_at IS NULL;

-- false: the user has unsubscribed, and stays so.
ALTER TABLE subscriptions ADD COLUMN wanted boolean NOT NULL DEFAULT true;
-- Everybody's, when a mailbox gets another name.
CREATE INDEX subscriptions_by_name ON subscriptions (coalesce(owner_id, 0), name);

CREATE OR REPLACE VIEW live_mailboxes AS
    SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name, m.uidvalidity,
           m.special_use, m.seen_per_user, s.rights_modseq, s.highest_modseq, s.first_recent,
           m.auto_subscribe
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    LEFT JOIN users u ON u.id = m.owner_id
    WHERE m.deleted_at IS NULL;

-- How many mailboxes a user has --------------------------------------------------------

-- CREATE asks for the limit's sake; to count them would cost more with each. The sum of
-- an owner's rows: one for each slot, so that those who make mailboxes at the same time
-- seldom wait for each other.
CREATE TABLE mailbox_counts (
    owner_id    bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    slot        integer NOT NULL,
    mailboxes   bigint NOT NULL,
    PRIMARY KEY (owner_id, slot)
) WITH (fillfactor = 50);

INSERT INTO mailbox_counts (owner_id, slot, mailboxes)
SELECT owner_id, 0, count(*) FROM mailboxes
WHERE owner_id IS NOT NULL AND deleted_at IS NULL
GROUP BY owner_id;

-- A trigger, so that it does not matter which statement makes, deletes, gives away or
-- brings back mailboxes. (What DELETE takes out was deleted long before.) The rows are
-- taken in ascending order, so that two statements wait for each other and do not lock
-- each other out.
CREATE FUNCTION count_mailboxes() RETURNS trigger LANGUAGE plpgsql AS $$
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
        FROM (SELECT n.owner_id, 1 AS change FROM after n WHERE n.deleted_at IS NULL
              UNION ALL
              SELECT o.owner_id, -1 FROM before o WHERE o.deleted_at IS NULL) d
        WHERE d.owner_id IS NOT NULL
        GROUP BY d.owner_id HAVING sum(d.change) <> 0 ORDER BY d.owner_id
        ON CONFLICT (owner_id, slot) DO UPDATE SET mailboxes = c.mailboxes + excluded.mailboxes;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER mailboxes_counted_in AFTER INSERT ON mailboxes
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_mailboxes();
CREATE TRIGGER mailboxes_counted_again AFTER UPDATE ON mailboxes
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_mailboxes();
