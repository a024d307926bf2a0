-- name: mailbox_count
SELECT coalesce(sum(mailboxes), 0)::bigint FROM mailbox_counts WHERE owner_id = $1::bigint;
