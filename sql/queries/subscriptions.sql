-- Subscriptions, by name. The owner of a shared mailbox is 0 for callers.

-- name: subscription_add
INSERT INTO subscriptions (user_id, owner_id, name)
VALUES ($1::bigint, nullif($2::bigint, 0), $3::text)
ON CONFLICT DO NOTHING;

-- name: subscription_remove
DELETE FROM subscriptions
WHERE user_id = $1::bigint AND coalesce(owner_id, 0) = $2::bigint AND name = $3::text;

-- name: subscriptions_list
SELECT coalesce(s.owner_id, 0) AS owner_id, u.login AS owner, s.name
FROM subscriptions s
LEFT JOIN users u ON u.id = s.owner_id
WHERE s.user_id = $1::bigint
ORDER BY s.owner_id <> $1, u.login, s.name;
