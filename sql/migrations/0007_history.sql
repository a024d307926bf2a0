-- History and undelete: docs/history.md.

-- How long what was expunged here can be given back, and the mailbox itself after it
-- was deleted. Null: as long as the configuration says.
ALTER TABLE mailboxes ADD COLUMN retention_days integer CHECK (retention_days BETWEEN 0 AND 36500);

ALTER TABLE expunged ADD COLUMN save_date timestamptz; -- null: nobody has kept it

-- Each mailbox has a retention of its own.
DROP INDEX expunged_by_time;
CREATE INDEX expunged_by_time ON expunged (mailbox_id, expunged_at);

-- Who had seen what was expunged, where \Seen is per user: by groups of users who had
-- seen the same of what one change took away, which is one row nearly always.
CREATE TABLE expunged_seen (
    mailbox_id    bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    modseq        bigint NOT NULL,               -- of the journal row that took them away
    uids          int8multirange NOT NULL,
    user_ids      bigint[] NOT NULL
);
CREATE INDEX expunged_seen_by_modseq ON expunged_seen (mailbox_id, modseq);

-- Those of uids that have their bit in a page of seen_pages.
CREATE FUNCTION page_uids(page integer, uids int8multirange) RETURNS int8multirange
LANGUAGE sql IMMUTABLE AS $$
    SELECT $2 * int8multirange(int8range($1::bigint * 8192, ($1::bigint + 1) * 8192))
$$;

-- seen_masks the other way round: those of uids whose bits are set.
CREATE FUNCTION seen_uids(page integer, bits bit, uids int8multirange) RETURNS int8multirange
LANGUAGE sql IMMUTABLE AS $$
    SELECT range_agg(int8range(uid, uid + 1))
    FROM unnest(page_uids($1, $3)) AS r, generate_series(lower(r), upper(r) - 1) AS uid
    WHERE get_bit($2, (uid % 8192)::integer) = 1
$$;

-- The other side of what came from another mailbox or went there: detail says whether it
-- was moved, copied or given back, kind in which direction, and these where the messages
-- were or are now.
ALTER TABLE journal ADD COLUMN other_id bigint, ADD COLUMN other_uids int8multirange;
UPDATE journal
SET other_id = substring(detail FROM '\d+$')::bigint, detail = 'moved'
WHERE detail ~ '^moved (to|from) \d+$';
