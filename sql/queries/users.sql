-- Users.

-- name: user_find
SELECT id, login, verifier, disabled, created_at FROM users WHERE login = $1::text;

-- name: user_get
SELECT id, login, verifier, disabled, created_at FROM users WHERE id = $1::bigint;

-- name: users_list
SELECT id, login, verifier, disabled, created_at FROM users ORDER BY login;

-- name: user_insert
INSERT INTO users (login, verifier) VALUES ($1::text, $2::text)
ON CONFLICT (login) DO NOTHING
RETURNING id;

-- name: user_set_verifier
UPDATE users SET verifier = $2::text WHERE id = $1::bigint RETURNING id;

-- name: user_set_disabled
UPDATE users SET disabled = $2::boolean WHERE id = $1::bigint RETURNING id;

-- name: user_lock_for_use
-- Before mailboxes are locked for rights of this user: see group_lock_for_use.
SELECT id FROM users WHERE id = $1::bigint FOR KEY SHARE;

-- name: user_lock
SELECT id FROM users WHERE id = $1::bigint FOR UPDATE;

-- name: user_lock_mailboxes
-- The user's own mailboxes and those with rights for the user.
SELECT mailbox_id FROM mailbox_state
WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE owner_id = $1::bigint
                     UNION
                     SELECT mailbox_id FROM acl WHERE user_id = $1)
ORDER BY mailbox_id
FOR UPDATE;

-- name: user_release_mailboxes
-- Mailboxes outlive their owner until the retention ends: deleted, and nobody's,
-- so that their content is collected like that of any other deleted mailbox.
WITH released AS (
    UPDATE mailboxes SET owner_id = NULL, deleted_at = coalesce(deleted_at, now())
    WHERE owner_id = $1::bigint
    RETURNING id
), touched AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT id FROM released UNION SELECT mailbox_id FROM acl WHERE user_id = $1)
    RETURNING mailbox_id, highest_modseq
)
INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
SELECT t.mailbox_id, t.highest_modseq,
       CASE WHEN r.id IS NULL THEN 'acl' ELSE 'mailbox' END,
       $2::text, '',
       CASE WHEN r.id IS NULL THEN u.login || ' was deleted' ELSE 'deleted with its owner ' || u.login END
FROM touched t
JOIN users u ON u.id = $1
LEFT JOIN released r ON r.id = t.mailbox_id
RETURNING mailbox_id, modseq;

-- name: user_delete
DELETE FROM users WHERE id = $1::bigint RETURNING id;
