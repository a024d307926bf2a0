-- What was expunged from a mailbox and can still be given back, read like a mailbox of
-- its own (store/recently_deleted.h): the columns of each are those of the query of the
-- same name without deleted_. $1 is the mailbox it came from.

-- name: deleted_mailbox_state
-- Nothing there is \Recent to anybody.
SELECT s.deleted_uidnext AS uidnext, m.uidvalidity, 4294967295 AS first_recent, s.highest_modseq,
       s.rights_modseq, s.recently_deleted AS messages, m.seen_per_user
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL;

-- name: deleted_entries_read
SELECT deleted_uid, message_id, flags & ~ 8::bigint, modseq, size, internal_date
FROM expunged
WHERE mailbox_id = $1::bigint AND deleted_uid BETWEEN $2::bigint AND $3::bigint
ORDER BY deleted_uid
LIMIT $4::bigint;

-- name: deleted_seen_pages_read
-- $2 the user: what was \Seen when it was expunged.
SELECT m.page::bigint, m.mask AS bits
FROM (SELECT range_agg(int8range(x.deleted_uid, x.deleted_uid + 1)) AS uids
      FROM expunged_seen s
      JOIN expunged x ON x.mailbox_id = s.mailbox_id AND x.modseq = s.modseq AND s.uids @> x.uid
      WHERE s.mailbox_id = $1::bigint AND $2::bigint = ANY (s.user_ids)) AS seen
CROSS JOIN LATERAL seen_masks(seen.uids) m
ORDER BY m.page;

-- name: deleted_journal_read
-- What an expunge took comes here (append), what was given back or swept goes (expunge);
-- other rows that change messages change nothing here.
WITH news AS MATERIALIZED (
    SELECT modseq, kind, deleted_uids
    FROM journal
    WHERE mailbox_id = $1::bigint AND modseq > $2::bigint
    ORDER BY modseq
    LIMIT $4::bigint
), came AS MATERIALIZED (
    SELECT x.deleted_uid, x.message_id, x.flags, x.modseq, x.size, x.internal_date
    FROM expunged x
    WHERE x.mailbox_id = $1 AND x.deleted_uid >= $3::bigint
      AND x.modseq <= (SELECT max(news.modseq) FROM news)
)
SELECT 'state' AS kind, NULL::text AS uids, NULL::bigint AS flags_cleared, NULL::bigint AS user_id,
       NULL::bigint AS uid, NULL::bigint AS message_id, NULL::bigint AS flags,
       s.highest_modseq AS modseq, (SELECT count(*) FROM came) AS size,
       NULL::timestamptz AS internal_date
FROM mailbox_state s
WHERE s.mailbox_id = $1
UNION ALL
(SELECT CASE WHEN news.deleted_uids IS NOT NULL THEN 'expunge'
             WHEN news.kind = 'expunge' THEN 'append'
             WHEN news.kind IN ('acl', 'mailbox') THEN news.kind
             ELSE 'flags'
        END,
        coalesce(news.deleted_uids, arrived.uids)::text, NULL, NULL, NULL, NULL, NULL, news.modseq,
        NULL, NULL
 FROM news
 LEFT JOIN (SELECT modseq, range_agg(int8range(deleted_uid, deleted_uid + 1)) AS uids
            FROM came
            GROUP BY modseq) AS arrived USING (modseq)
 ORDER BY modseq)
UNION ALL
(SELECT 'entry', NULL, NULL, NULL, deleted_uid, message_id, flags & ~ 8::bigint, modseq, size,
        internal_date
 FROM came
 WHERE (SELECT count(*) FROM came) <= $5::bigint
 ORDER BY deleted_uid);

-- name: deleted_mailbox_status
SELECT s.recently_deleted AS messages, 0 AS recent,
       recently_deleted_unseen(s.mailbox_id, $2::bigint, m.seen_per_user) AS unseen, 0 AS deleted,
       recently_deleted_bytes(s.mailbox_id) AS bytes, s.deleted_uidnext AS uidnext, m.uidvalidity,
       s.highest_modseq, 4294967295 AS first_recent
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL;
