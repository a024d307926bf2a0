-- Recently Deleted: what was expunged from a mailbox, shown as a mailbox
-- (docs/architecture.md). UIDs of its own, ascending in the order in which messages
-- come to it (RFC 3501 section 2.3.1.1), given under the lock of the mailbox.

ALTER TABLE mailbox_state
    ADD COLUMN deleted_uidnext  bigint NOT NULL DEFAULT 1,
    ADD COLUMN recently_deleted bigint NOT NULL DEFAULT 0; -- its rows of expunged

ALTER TABLE expunged ADD COLUMN deleted_uid bigint;
UPDATE expunged x
SET deleted_uid = numbered.place
FROM (SELECT mailbox_id, uid,
             row_number() OVER (PARTITION BY mailbox_id ORDER BY modseq, uid) AS place
      FROM expunged) AS numbered
WHERE x.mailbox_id = numbered.mailbox_id AND x.uid = numbered.uid;
ALTER TABLE expunged ALTER COLUMN deleted_uid SET NOT NULL;

UPDATE mailbox_state s
SET deleted_uidnext = there.messages + 1, recently_deleted = there.messages
FROM (SELECT mailbox_id, count(*) AS messages FROM expunged GROUP BY mailbox_id) AS there
WHERE s.mailbox_id = there.mailbox_id;

-- Messages go there in the order of time: what is oldest is found by their UIDs, too.
DROP INDEX IF EXISTS expunged_by_time;
CREATE UNIQUE INDEX expunged_by_deleted_uid ON expunged (mailbox_id, deleted_uid);

-- What left Recently Deleted by this change, by the UIDs it had there: was given back to
-- this mailbox (kind append), or elsewhere, or swept (kind expunge, without uids).
ALTER TABLE journal ADD COLUMN deleted_uids int8multirange;

DROP FUNCTION mailbox_to_change(bigint, bigint);
-- The state of a mailbox whose row the transaction has locked, for a change by
-- somebody who knows its rights as of a modseq: stale when they are younger. No
-- row: the mailbox is gone. modseq is the one that the change gets.
CREATE FUNCTION mailbox_to_change(mailbox_id bigint, known_rights_modseq bigint)
RETURNS TABLE (stale boolean, uidnext bigint, modseq bigint, uidvalidity bigint,
               seen_per_user boolean, deleted_uidnext bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT s.rights_modseq > $2, s.uidnext, s.highest_modseq + 1, m.uidvalidity, m.seen_per_user,
           s.deleted_uidnext
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1 AND m.deleted_at IS NULL
$$;

DROP FUNCTION small_mailbox(bigint, bigint, bigint);
-- The same for small changes (sql/queries/change_small.sql): stale, too, when the user
-- may not log in any more (0: the administrator).
CREATE FUNCTION small_mailbox(mailbox_id bigint, known_rights_modseq bigint, user_id bigint)
RETURNS TABLE (stale boolean, uidvalidity bigint, uidnext bigint, highest_modseq bigint,
               deleted_uidnext bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT s.rights_modseq > $2
               OR ($3 <> 0 AND NOT EXISTS (SELECT FROM users u WHERE u.id = $3 AND NOT u.disabled)),
           m.uidvalidity, s.uidnext, s.highest_modseq, s.deleted_uidnext
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1 AND m.deleted_at IS NULL
$$;

-- What STATUS counts there.
CREATE FUNCTION recently_deleted_unseen(mailbox_id bigint, user_id bigint, seen_per_user boolean)
RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*)
    FROM expunged x
    WHERE x.mailbox_id = $1 AND x.flags & 1 = 0
      AND NOT EXISTS (SELECT FROM expunged_seen s
                      WHERE $3 AND s.mailbox_id = x.mailbox_id AND s.modseq = x.modseq
                        AND s.uids @> x.uid AND $2 = ANY (s.user_ids))
$$;

CREATE FUNCTION recently_deleted_bytes(mailbox_id bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(x.size), 0)::bigint FROM expunged x WHERE x.mailbox_id = $1
$$;
