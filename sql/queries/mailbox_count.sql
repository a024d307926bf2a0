-- name: mailbox_count
SELECT count(*) FROM mailboxes
WHERE coalesce(owner_id, 0) = $1::bigint AND deleted_at IS NULL;
