-- Addresses of users and shared mailboxes, and domains.

-- name: address_find
-- $1 local parts, the first that is somebody's counts; $2 domain, empty: the default; $3
-- who posts, whose rights on a mailbox are asked for. What a user has besides is INBOX. A
-- function whose argument has a query in it is not made part of this one, but planned anew
-- each time: hence the domain by itself.
SELECT m.*, r.rights, (extract(epoch FROM r.rights_until - now()) * 1000)::bigint AS rights_left,
       found.user_id, u.login, found.mailbox_id, found.place,
       CASE WHEN NOT u.disabled THEN u.filter_version END AS filter_version
FROM (SELECT CASE WHEN $2::text = '' THEN (SELECT name FROM mail_domains WHERE is_default)
                  ELSE $2
             END AS name) AS domain
CROSS JOIN LATERAL find_address($1::text[], domain.name) AS found
LEFT JOIN users u ON u.id = found.user_id
LEFT JOIN LATERAL (SELECT * FROM live_mailboxes WHERE owner_id = found.user_id AND name = 'INBOX'
                   UNION ALL
                   SELECT * FROM live_mailboxes WHERE id = found.mailbox_id) AS m ON true
LEFT JOIN LATERAL effective_rights(m.id, m.owner_id, coalesce(found.user_id, $3::bigint)) r ON true;

-- name: address_add
-- No row: it is somebody's already. What a mailbox had that is deleted by now is free.
INSERT INTO addresses AS a (domain, local, user_id, mailbox_id)
VALUES ($1::text, $2::text, nullif($3::bigint, 0), nullif($4::bigint, 0))
ON CONFLICT (domain, local) DO UPDATE
SET user_id = EXCLUDED.user_id, mailbox_id = EXCLUDED.mailbox_id
WHERE EXISTS (SELECT FROM mailboxes m WHERE m.id = a.mailbox_id AND m.deleted_at IS NOT NULL)
RETURNING domain;

-- name: address_delete
DELETE FROM addresses WHERE domain = $1::text AND local = $2::text RETURNING domain;

-- name: addresses_list
SELECT a.local, a.domain, coalesce(u.login, ''), coalesce(o.login, ''), coalesce(m.name, '')
FROM addresses a
LEFT JOIN users u ON u.id = a.user_id
LEFT JOIN mailboxes m ON m.id = a.mailbox_id
LEFT JOIN users o ON o.id = m.owner_id
WHERE m.deleted_at IS NULL
ORDER BY a.domain, a.local;

-- name: domain_add
INSERT INTO mail_domains (name) VALUES ($1::text) ON CONFLICT DO NOTHING RETURNING name;

-- name: domain_delete
DELETE FROM mail_domains WHERE name = $1::text RETURNING name;

-- name: domain_set_default
-- After domain_clear_default in the same transaction.
UPDATE mail_domains SET is_default = true WHERE name = $1::text RETURNING name;

-- name: domain_clear_default
UPDATE mail_domains SET is_default = false WHERE is_default RETURNING name;

-- name: domains_list
SELECT name, is_default FROM mail_domains ORDER BY name;
