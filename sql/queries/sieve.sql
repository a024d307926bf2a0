-- Sieve scripts. $1 is the user whose they are, $2 the mailbox: one of them is 0.

-- name: sieve_lock_owner
-- Whoever changes scripts holds the owner to the end, and for a mailbox its rights, too.
WITH owner AS MATERIALIZED (
    SELECT u.id FROM users u WHERE u.id = $1::bigint FOR NO KEY UPDATE
), mailbox AS MATERIALIZED (
    SELECT s.mailbox_id FROM mailbox_state s WHERE s.mailbox_id = $2::bigint FOR UPDATE
)
SELECT id FROM owner UNION ALL SELECT mailbox_id FROM mailbox;

-- name: sieve_may_manage
-- After the lock. $3 who wants to. No row: the owner is gone.
SELECT true FROM users u WHERE u.id = $1::bigint
UNION ALL
SELECT r.rights & 1025 = 1025
FROM live_mailboxes m
CROSS JOIN LATERAL effective_rights(m.id, m.owner_id, $3::bigint) r
WHERE m.id = $2::bigint;

-- name: sieve_list
SELECT name, length(text)::bigint, active, changed_at
FROM sieve_scripts
WHERE user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
  AND mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
ORDER BY name;

-- name: sieve_get
SELECT text
FROM sieve_scripts
WHERE user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
  AND mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
  AND name = $3::text;

-- name: sieve_active
-- Who has written it: of a user's script the user. Without a login somebody who is gone or
-- disabled, or the administrator.
SELECT s.name, s.text, coalesce(s.user_id, s.written_by),
       CASE WHEN u.disabled THEN '' ELSE coalesce(u.login, '') END,
       s.written_by = 0 AND s.mailbox_id IS NOT NULL AS by_administrator
FROM sieve_scripts s
LEFT JOIN users u ON u.id = coalesce(s.user_id, s.written_by)
WHERE s.user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
  AND s.mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
  AND s.active;

-- name: sieve_for_event
-- The script that the mailbox $1 asks for at the events of IMAP (RFC 6785), as sieve_active has
-- it, and the address of the user $2, which may be empty: one that was given, in the default
-- domain if there is one, else the login's. Names are compared as octets.
SELECT s.name, s.text, coalesce(s.user_id, s.written_by),
       CASE WHEN u.disabled THEN '' ELSE coalesce(u.login, '') END,
       s.written_by = 0 AND s.mailbox_id IS NOT NULL AS by_administrator,
       coalesce((SELECT a.local || '@' || a.domain
                 FROM addresses a
                 LEFT JOIN mail_domains d ON d.name = a.domain
                 WHERE a.user_id = actor.id AND a.local <> ''
                 ORDER BY d.is_default DESC NULLS LAST, a.domain, a.local
                 LIMIT 1),
                CASE WHEN actor.login LIKE '%@%' THEN actor.login
                     ELSE actor.login || '@' || (SELECT name FROM mail_domains WHERE is_default)
                END,
                '') AS email
FROM mailboxes m
CROSS JOIN LATERAL (SELECT a.value
                    FROM annotations a
                    WHERE coalesce(a.mailbox_id, 0) IN (m.id, 0) AND coalesce(a.user_id, 0) = 0
                      AND a.entry = '/shared/imapsieve/script'
                    ORDER BY a.mailbox_id NULLS LAST
                    LIMIT 1) AS asked
JOIN sieve_scripts s ON s.user_id IS NOT DISTINCT FROM m.owner_id
                    AND s.mailbox_id IS NOT DISTINCT FROM
                        CASE WHEN m.owner_id IS NULL THEN m.id END
                    AND convert_to(s.name, 'UTF8') = asked.value
LEFT JOIN users u ON u.id = coalesce(s.user_id, s.written_by)
LEFT JOIN users actor ON actor.id = $2::bigint
WHERE m.id = $1::bigint;

-- name: sieve_count_others
-- How many there are but the one with that name.
SELECT count(*)
FROM sieve_scripts
WHERE user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
  AND mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
  AND name <> $3::text;

-- name: sieve_put
INSERT INTO sieve_scripts (user_id, mailbox_id, name, text, written_by)
VALUES (nullif($1::bigint, 0), nullif($2::bigint, 0), $3::text, $4::bytea, $5::bigint)
ON CONFLICT (user_id, mailbox_id, name) DO UPDATE
SET text = EXCLUDED.text, written_by = EXCLUDED.written_by, changed_at = now()
RETURNING name;

-- name: sieve_deactivate
UPDATE sieve_scripts SET active = false
WHERE user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
  AND mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
  AND active
RETURNING name;

-- name: sieve_activate
UPDATE sieve_scripts SET active = true
WHERE user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
  AND mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
  AND name = $3::text
RETURNING name;

-- name: sieve_rename
-- Whether one has the new name $4 already; no row: there is none of the old name.
WITH script AS MATERIALIZED (
    SELECT s.name, s.active,
           EXISTS (SELECT FROM sieve_scripts other
                   WHERE other.user_id IS NOT DISTINCT FROM s.user_id
                     AND other.mailbox_id IS NOT DISTINCT FROM s.mailbox_id
                     AND other.name = $4::text) AS taken
    FROM sieve_scripts s
    WHERE s.user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
      AND s.mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
      AND s.name = $3::text
), renamed AS (
    UPDATE sieve_scripts s SET name = $4, changed_at = now()
    FROM script
    WHERE s.user_id IS NOT DISTINCT FROM nullif($1, 0)
      AND s.mailbox_id IS NOT DISTINCT FROM nullif($2, 0)
      AND s.name = script.name AND NOT script.taken
)
SELECT taken FROM script;

-- name: sieve_delete
-- Whether it is active, and so stays; no row: there is none of that name.
WITH script AS MATERIALIZED (
    SELECT s.name, s.active
    FROM sieve_scripts s
    WHERE s.user_id IS NOT DISTINCT FROM nullif($1::bigint, 0)
      AND s.mailbox_id IS NOT DISTINCT FROM nullif($2::bigint, 0)
      AND s.name = $3::text
), gone AS (
    DELETE FROM sieve_scripts s
    USING script
    WHERE s.user_id IS NOT DISTINCT FROM nullif($1, 0)
      AND s.mailbox_id IS NOT DISTINCT FROM nullif($2, 0)
      AND s.name = script.name AND NOT script.active
)
SELECT active FROM script;
