-- What has happened since a modseq, for clients that were away (store/history.h).
-- `complete` is false when the journal does not go back that far.

-- name: history_expunged
-- Rows after $2 up to $3. Messages that came and went in between are among them: a
-- client may have heard of them without being told a modseq.
SELECT count(*) = $3::bigint - $2::bigint AS complete,
       (range_agg(uids) FILTER (WHERE kind = 'expunge'))::text AS uids
FROM journal
WHERE mailbox_id = $1::bigint AND modseq > $2 AND modseq <= $3;

-- name: history_flags
-- $4 the flags, $5 whose \Seen, where it is per user.
SELECT count(*) = $3::bigint - $2::bigint AS complete,
       (range_agg(uids) FILTER (
            WHERE kind = 'append'
               OR (kind = 'flags' AND (flags_cleared | flags_set) & $4::bigint <> 0)
               OR (kind = 'seen' AND user_id = $5::bigint AND $4 & 1 = 1)))::text AS uids
FROM journal
WHERE mailbox_id = $1::bigint AND modseq > $2 AND modseq <= $3;

-- name: history_seen
-- When user $2 has changed \Seen, up to modseq $3: first the pages, with a modseq after
-- which nothing is left out of what follows, then up to $4 rows in ascending order.
WITH known AS MATERIALIZED (
    SELECT modseq, uids
    FROM journal
    WHERE mailbox_id = $1::bigint AND user_id = $2::bigint AND modseq <= $3::bigint
    ORDER BY modseq DESC
    LIMIT $4::bigint
), before AS MATERIALIZED (
    SELECT greatest((SELECT CASE WHEN count(*) = $4 THEN min(modseq) - 1 END FROM known),
                    coalesce((SELECT j.modseq - 1 FROM journal j WHERE j.mailbox_id = $1
                              ORDER BY j.modseq LIMIT 1), $3)) AS modseq
)
SELECT p.page::bigint AS page, least(p.modseq, before.modseq) AS modseq, NULL::text AS uids
FROM before, seen_pages p
WHERE p.mailbox_id = $1 AND p.user_id = $2
UNION ALL
(SELECT NULL, modseq, uids::text FROM known ORDER BY modseq);
