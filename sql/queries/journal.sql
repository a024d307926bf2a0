-- The journal, for views that catch up.

-- name: journal_read
-- Three kinds of rows from one snapshot: first the mailbox itself ('state':
-- modseq is its highest, size how many UIDs the entries span), then up to $4
-- journal rows, then the entries from UID $3 on that these rows brought in, in
-- ascending order, or none when they span more than $5. What a later append
-- brought is not among them: the reader hears of it next time.
WITH news AS MATERIALIZED (
    SELECT modseq, kind, uids, flags_cleared, flags_set, user_id
    FROM journal
    WHERE mailbox_id = $1::bigint AND modseq > $2::bigint
    ORDER BY modseq
    LIMIT $4::bigint
), span AS MATERIALIZED (
    SELECT greatest(min(lower(uids)), $3::bigint) AS first, max(upper(uids)) AS last
    FROM news
    WHERE kind = 'append'
)
SELECT 'state' AS kind, NULL::text AS uids, NULL::bigint AS flags_cleared, NULL::bigint AS user_id,
       NULL::bigint AS uid, NULL::bigint AS message_id, NULL::bigint AS flags,
       s.highest_modseq AS modseq, coalesce(span.last - span.first, 0) AS size,
       NULL::timestamptz AS internal_date
FROM mailbox_state s, span
WHERE s.mailbox_id = $1
UNION ALL
(SELECT kind, uids::text, flags_cleared, user_id, NULL, NULL, flags_set, modseq, NULL, NULL
 FROM news
 ORDER BY modseq)
UNION ALL
(SELECT 'entry', NULL, NULL, NULL, e.uid, e.message_id, e.flags, e.modseq, e.size, e.internal_date
 FROM span
 CROSS JOIN LATERAL (SELECT * FROM entries e
                     WHERE e.mailbox_id = $1 AND e.uid >= span.first AND e.uid < span.last
                     OFFSET 0) e
 WHERE span.last - span.first <= $5::bigint
 ORDER BY e.uid);
