-- name: mailbox_count
SELECT coalesce(sum(mailboxes), 0)::bigint, (SELECT quota_root_id FROM users WHERE id = $1::bigint)
FROM mailbox_counts
WHERE owner_id = $1;
