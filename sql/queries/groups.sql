-- Groups and who is in them.

-- name: group_find
SELECT g.id, g.name, (SELECT count(*) FROM group_members m WHERE m.group_id = g.id) AS members
FROM groups g
WHERE g.name = $1::text;

-- name: groups_list
SELECT g.id, g.name, (SELECT count(*) FROM group_members m WHERE m.group_id = g.id) AS members
FROM groups g
ORDER BY g.name;

-- name: groups_of_user
SELECT g.id, g.name, (SELECT count(*) FROM group_members m WHERE m.group_id = g.id) AS members
FROM group_members own
JOIN groups g ON g.id = own.group_id
WHERE own.user_id = $1::bigint
ORDER BY g.name;

-- name: group_members
SELECT u.id, u.login, u.verifier, u.disabled, u.created_at
FROM group_members m
JOIN users u ON u.id = m.user_id
WHERE m.group_id = $1::bigint
ORDER BY u.login;

-- name: group_insert
INSERT INTO groups (name) VALUES ($1::text)
ON CONFLICT (name) DO NOTHING
RETURNING id;

-- name: group_lock_for_use
-- Whoever gives a group rights holds this lock before that of the mailbox, and
-- whoever changes the group takes the stronger one first: so a change of the
-- group sees every mailbox concerned, and nobody waits in a circle.
SELECT id FROM groups WHERE id = $1::bigint FOR KEY SHARE;

-- name: group_lock
SELECT id FROM groups WHERE id = $1::bigint FOR UPDATE;

-- name: group_lock_mailboxes
SELECT mailbox_id FROM mailbox_state
WHERE mailbox_id IN (SELECT mailbox_id FROM acl WHERE group_id = $1::bigint)
ORDER BY mailbox_id
FOR UPDATE;

-- name: group_add_member
-- No row: is in the group already. One row without a mailbox: the group has no rights.
WITH member AS (
    INSERT INTO group_members (group_id, user_id) VALUES ($1::bigint, $2::bigint)
    ON CONFLICT DO NOTHING
    RETURNING group_id, user_id
), touched AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT mailbox_id FROM acl WHERE group_id = $1)
      AND EXISTS (SELECT FROM member)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT t.mailbox_id, t.highest_modseq, 'acl', $3::text, '',
           u.login || ' came into group:' || g.name
    FROM touched t, groups g, users u
    WHERE g.id = $1 AND u.id = $2
)
SELECT t.mailbox_id, t.highest_modseq
FROM member LEFT JOIN touched t ON true
ORDER BY t.mailbox_id;

-- name: group_remove_member
-- No row: was not in the group.
WITH member AS (
    DELETE FROM group_members WHERE group_id = $1::bigint AND user_id = $2::bigint
    RETURNING group_id, user_id
), touched AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT mailbox_id FROM acl WHERE group_id = $1)
      AND EXISTS (SELECT FROM member)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT t.mailbox_id, t.highest_modseq, 'acl', $3::text, '',
           u.login || ' left group:' || g.name
    FROM touched t, groups g, users u
    WHERE g.id = $1 AND u.id = $2
)
SELECT t.mailbox_id, t.highest_modseq
FROM member LEFT JOIN touched t ON true
ORDER BY t.mailbox_id;

-- name: group_delete
-- No row: there is no such group. Rights and memberships go with it.
WITH gone AS (
    DELETE FROM groups WHERE id = $1::bigint RETURNING id, name
), touched AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT mailbox_id FROM acl WHERE group_id = $1)
      AND EXISTS (SELECT FROM gone)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT t.mailbox_id, t.highest_modseq, 'acl', $2::text, '', 'group:' || gone.name || ' was deleted'
    FROM touched t, gone
)
SELECT t.mailbox_id, t.highest_modseq
FROM gone LEFT JOIN touched t ON true
ORDER BY t.mailbox_id;
