-- name: mailbox_count
SELECT count(*) FROM mailboxes
WHERE owner_id IS NOT DISTINCT FROM nullif($1::bigint, 0) AND deleted_at IS NULL;
