-- What a connection needs for itself.

-- name: session_set
SELECT set_config($1::text, $2::text, false);

-- name: transaction_begin
BEGIN;

-- name: transaction_commit
COMMIT;

-- name: transaction_rollback
ROLLBACK;

-- name: feed_listen
LISTEN postroom;

-- name: feed_notify
SELECT pg_notify('postroom', $1::text);
