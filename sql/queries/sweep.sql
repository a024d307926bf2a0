-- Housekeeping in small batches.
--
-- What is older than $1 seconds goes, or than a mailbox's own retention: by the clock of the
-- database, since workers may be on hosts whose clocks differ.
--
-- Content is collected in two statements of one transaction: the first locks
-- the messages that may have lost their last reference, the second, with a
-- younger snapshot, deletes those that have. A new entry's foreign key waits for
-- that lock, so nothing that is referred to goes. Messages that somebody else
-- holds (a new entry is just being made) are skipped, and so is what refers to
-- them: the next sweep looks again.

-- name: sweep_uploads
WITH due AS (
    DELETE FROM uploads
    WHERE message_id IN (SELECT message_id FROM uploads WHERE started_at < now() - $1::bigint * interval '1 second'
                         LIMIT $2::bigint FOR UPDATE SKIP LOCKED)
    RETURNING message_id
), chunks AS (
    DELETE FROM message_chunks WHERE message_id IN (SELECT message_id FROM due)
)
SELECT message_id FROM due;

-- name: sweep_expunged_lock
-- The mailboxes of which the next statement forgets something, but for those that somebody
-- is changing just now. Messages were expunged in
-- the order of their deleted_uid: the first tells whether there is anything to do, and
-- most mailboxes have none.
WITH due AS MATERIALIZED (
    SELECT m.id
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    CROSS JOIN LATERAL (SELECT coalesce(now() - make_interval(days => m.retention_days),
                                        now() - $1::bigint * interval '1 second') AS before) keep
    CROSS JOIN LATERAL (SELECT x.expunged_at FROM expunged x WHERE x.mailbox_id = m.id
                        ORDER BY x.deleted_uid LIMIT 1) oldest
    CROSS JOIN LATERAL (SELECT x.expunged_at FROM expunged x WHERE x.mailbox_id = m.id
                        ORDER BY x.deleted_uid LIMIT $2::bigint) x
    WHERE s.recently_deleted > 0
      AND oldest.expunged_at < keep.before AND x.expunged_at < keep.before
    LIMIT $2
)
SELECT set_config('postroom.locked', coalesce(array_agg(mailbox_id)::text, '{}'), true)
FROM (SELECT mailbox_id FROM mailbox_state
      WHERE mailbox_id IN (SELECT id FROM due)
      ORDER BY mailbox_id
      FOR UPDATE SKIP LOCKED) AS locked;

-- name: sweep_expunged
-- Open sessions learn from the journal what has left Recently Deleted.
WITH due AS MATERIALIZED (
    SELECT x.place, x.message_id
    FROM mailboxes m
    CROSS JOIN LATERAL (SELECT x.ctid AS place, x.message_id, x.expunged_at FROM expunged x
                        WHERE x.mailbox_id = m.id
                        ORDER BY x.deleted_uid LIMIT $2::bigint) x
    WHERE m.id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
      AND x.expunged_at < coalesce(now() - make_interval(days => m.retention_days), now() - $1::bigint * interval '1 second')
    LIMIT $2
), locked AS MATERIALIZED (
    SELECT id FROM messages WHERE id IN (SELECT message_id FROM due) FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM expunged e
    USING due, locked
    WHERE locked.id = due.message_id AND e.ctid = due.place
    RETURNING e.mailbox_id, e.deleted_uid, e.message_id
), total AS MATERIALIZED (
    SELECT gone.mailbox_id, count(*) AS messages,
           range_agg(int8range(deleted_uid, deleted_uid + 1)) AS deleted_uids,
           m.deleted_at IS NULL AS is_live
    FROM gone
    JOIN mailboxes m ON m.id = gone.mailbox_id
    GROUP BY gone.mailbox_id, m.deleted_at
), state AS (
    UPDATE mailbox_state s
    SET recently_deleted = s.recently_deleted - total.messages,
        highest_modseq = s.highest_modseq + total.is_live::integer
    FROM total
    WHERE s.mailbox_id = total.mailbox_id
    RETURNING s.mailbox_id, s.highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail, deleted_uids)
    SELECT state.mailbox_id, state.highest_modseq, 'expunge', 'postroomd', '', 'retention',
           total.deleted_uids
    FROM state
    JOIN total ON total.mailbox_id = state.mailbox_id
    WHERE total.is_live
)
SELECT message_id FROM gone;

-- name: sweep_deleted_entries
WITH due AS MATERIALIZED (
    SELECT e.ctid AS place, e.message_id
    FROM mailboxes m
    JOIN entries e ON e.mailbox_id = m.id
    WHERE m.deleted_at < coalesce(now() - make_interval(days => m.retention_days), now() - $1::bigint * interval '1 second')
    LIMIT $2::bigint
), locked AS MATERIALIZED (
    SELECT id FROM messages WHERE id IN (SELECT message_id FROM due) FOR UPDATE SKIP LOCKED
)
DELETE FROM entries e
USING due, locked
WHERE locked.id = due.message_id AND e.ctid = due.place
RETURNING e.message_id;

-- name: sweep_expunged_seen
-- As old as nothing is any more that can be given back. Rows of messages that were given
-- back go along some day.
WITH due AS MATERIALIZED (
    SELECT s.place
    FROM mailboxes m
    LEFT JOIN LATERAL (SELECT x.modseq FROM expunged x WHERE x.mailbox_id = m.id
                       ORDER BY x.deleted_uid LIMIT 1) oldest ON true
    CROSS JOIN LATERAL (SELECT s.ctid AS place, s.uids FROM expunged_seen s
                        WHERE s.mailbox_id = m.id AND s.modseq < coalesce(oldest.modseq, 9223372036854775807)
                        ORDER BY s.modseq
                        LIMIT $1::bigint) s
    WHERE NOT EXISTS (SELECT FROM unnest(s.uids) AS r
                      JOIN expunged x ON x.mailbox_id = m.id AND x.uid >= lower(r) AND x.uid < upper(r))
    LIMIT $1
)
DELETE FROM expunged_seen s
USING due
WHERE s.ctid = due.place
RETURNING s.mailbox_id;

-- name: sweep_orphans
-- Content that came and was never referred to. Ids are looked at once, in order.
WITH due AS MATERIALIZED (
    SELECT id FROM messages
    WHERE id > (SELECT message_id FROM orphan_sweep) AND stored_at < now() - $1::bigint * interval '1 second'
    ORDER BY id
    LIMIT $2::bigint
), looked AS (
    UPDATE orphan_sweep SET message_id = (SELECT max(id) FROM due) WHERE EXISTS (SELECT FROM due)
)
SELECT id FROM messages WHERE id IN (SELECT id FROM due) FOR UPDATE SKIP LOCKED;

-- name: sweep_messages
WITH gone AS (
    DELETE FROM messages m
    WHERE m.id = ANY ($1::bigint[])
      AND NOT EXISTS (SELECT FROM entries e WHERE e.message_id = m.id)
      AND NOT EXISTS (SELECT FROM expunged x WHERE x.message_id = m.id)
      AND NOT EXISTS (SELECT FROM outgoing o WHERE o.message_id = m.id)
    RETURNING m.id
), chunk AS (
    SELECT c.place
    FROM gone
    CROSS JOIN LATERAL (SELECT c.ctid AS place FROM message_chunks c WHERE c.message_id = gone.id
                        OFFSET 0) c
)
DELETE FROM message_chunks c USING chunk WHERE c.ctid = chunk.place;

-- name: sweep_deleted_mailboxes
-- Those that are empty by now; the rest goes with them.
DELETE FROM mailboxes
WHERE id IN (SELECT m.id FROM mailboxes m
             WHERE m.deleted_at < coalesce(now() - make_interval(days => m.retention_days),
                                           now() - $1::bigint * interval '1 second')
               AND NOT EXISTS (SELECT FROM entries e WHERE e.mailbox_id = m.id)
               AND NOT EXISTS (SELECT FROM expunged x WHERE x.mailbox_id = m.id)
             LIMIT $2::bigint)
RETURNING id;

-- name: sweep_journal
-- From the old end of each mailbox's journal, so that what is left has no hole; not as
-- long as what was expunged meanwhile can be given back. From the mailbox $3 on: a sweep that
-- began anew for each batch would spend its time on mailboxes it has done.
WITH due AS MATERIALIZED (
    SELECT old.place
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id AND m.id >= $3::bigint
    CROSS JOIN LATERAL (SELECT least(now() - $1::bigint * interval '1 second',
                                     now() - make_interval(days => m.retention_days)) AS since) keep
    CROSS JOIN LATERAL (SELECT j.at FROM journal j WHERE j.mailbox_id = s.mailbox_id
                        ORDER BY j.modseq LIMIT 1) oldest
    CROSS JOIN LATERAL (SELECT j.ctid AS place, j.at FROM journal j WHERE j.mailbox_id = s.mailbox_id
                        ORDER BY j.modseq LIMIT $2::bigint) old
    WHERE s.mailbox_id >= $3 AND oldest.at < keep.since AND old.at < keep.since
    ORDER BY s.mailbox_id
    LIMIT $2
)
DELETE FROM journal j
USING due
WHERE j.ctid = due.place
RETURNING j.mailbox_id;
