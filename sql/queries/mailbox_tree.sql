-- Making, deleting and renaming mailboxes.

-- name: mailbox_create
-- No row: the name is taken. The new ACL is the parent's as it is in force now,
-- with all rights (2047) for one user on top.
WITH added AS (
    INSERT INTO mailboxes (owner_id, name, special_use, seen_per_user)
    VALUES (nullif($1::bigint, 0), $2::text, $3::text, $4::boolean)
    ON CONFLICT DO NOTHING
    RETURNING id, uidvalidity
), state AS (
    INSERT INTO mailbox_state (mailbox_id) SELECT id FROM added
), rights AS (
    INSERT INTO acl (mailbox_id, user_id, group_id, negative, rights, granted_by, expires_at)
    SELECT added.id, a.user_id, a.group_id, a.negative, a.rights, $7::text, a.expires_at
    FROM added, acl a
    WHERE a.mailbox_id = $5::bigint
      AND (a.expires_at IS NULL OR a.expires_at > now())
      AND NOT (a.user_id IS NOT DISTINCT FROM $6::bigint AND NOT a.negative)
    UNION ALL
    SELECT added.id, $6, NULL, false, 2047, $7, NULL
    FROM added
    WHERE $6 <> 0
)
SELECT id, uidvalidity FROM added;

-- name: mailbox_delete
WITH gone AS (
    UPDATE mailboxes SET deleted_at = now()
    WHERE id = $1::bigint AND deleted_at IS NULL
    RETURNING id, name
), state AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT id FROM gone)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT state.mailbox_id, state.highest_modseq, 'mailbox', $2::text, $3::text,
           'deleted ' || gone.name
    FROM state, gone
)
SELECT highest_modseq FROM state;

-- name: tree_lock
SELECT s.mailbox_id
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE coalesce(m.owner_id, 0) = $1::bigint AND m.deleted_at IS NULL
  AND m.name >= $2::text AND m.name < $2 || '0' AND (m.name = $2 OR m.name >= $2 || '/')
ORDER BY s.mailbox_id
FOR UPDATE OF s;

-- name: tree_lift
-- Out of the index of names, so that the order of the renames does not matter
-- ("a/a" to "a" while "a/a/a" still has the name that "a/a" leaves).
UPDATE mailboxes SET deleted_at = '-infinity'
WHERE coalesce(owner_id, 0) = $1::bigint AND deleted_at IS NULL
  AND name >= $2::text AND name < $2 || '0' AND (name = $2 OR name >= $2 || '/');

-- name: tree_rename
-- What tree_lift took out comes back under its new name.
WITH renamed AS (
    UPDATE mailboxes
    SET deleted_at = NULL, owner_id = nullif($3::bigint, 0),
        name = $4::text || substr(name, length($2::text) + 1)
    WHERE coalesce(owner_id, 0) = $1::bigint AND deleted_at = '-infinity'
    RETURNING id, name
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE s.mailbox_id IN (SELECT id FROM renamed)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT s.mailbox_id, s.highest_modseq, 'mailbox', $5::text, $6::text,
           'renamed ' || $2 || substr(r.name, length($4) + 1) || ' to ' || r.name
    FROM state s
    JOIN renamed r ON r.id = s.mailbox_id
)
SELECT mailbox_id, highest_modseq FROM state ORDER BY mailbox_id;
