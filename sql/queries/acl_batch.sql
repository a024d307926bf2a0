-- Many changes of rights, members and mailboxes in one transaction
-- (include/store/acl_batch.h). Users are locked before groups, groups before
-- mailboxes, each in ascending order: see group_lock_for_use. The changes themselves
-- are acl_change, group_add_member, group_remove_member and mailbox_create.

-- name: batch_lock_users
SELECT id, login FROM users WHERE login = ANY ($1::text[]) ORDER BY id FOR KEY SHARE;

-- name: batch_make_groups
INSERT INTO groups (name)
SELECT wanted.name FROM unnest($1::text[]) AS wanted (name) ORDER BY wanted.name
ON CONFLICT (name) DO NOTHING
RETURNING id;

-- name: batch_lock_groups
SELECT id, name FROM groups WHERE name = ANY ($1::text[]) ORDER BY id FOR UPDATE;

-- name: batch_lock_groups_for_use
SELECT id, name FROM groups WHERE name = ANY ($1::text[]) ORDER BY id FOR KEY SHARE;

-- name: batch_lock_mailboxes
-- Those whose rights change, because of their own rows or because of a group's members.
SELECT mailbox_id FROM mailbox_state
WHERE mailbox_id = ANY ($1::bigint[])
   OR mailbox_id IN (SELECT mailbox_id FROM acl WHERE group_id = ANY ($2::bigint[]))
ORDER BY mailbox_id
FOR UPDATE;

-- name: batch_acl
-- The columns of acl_list, and the mailbox.
SELECT a.user_id, a.group_id, coalesce(u.login, g.name) AS name, a.negative, a.rights,
       a.granted_by, a.granted_at, a.expires_at, false AS concerns_user,
       (a.expires_at <= now()) IS TRUE AS expired, a.mailbox_id
FROM acl a
LEFT JOIN users u ON u.id = a.user_id
LEFT JOIN groups g ON g.id = a.group_id
WHERE a.mailbox_id = ANY ($1::bigint[])
ORDER BY a.mailbox_id, a.user_id IS NULL, a.group_id IS NULL, name, a.negative;

-- name: batch_members
SELECT m.group_id, u.id, u.login
FROM group_members m
JOIN users u ON u.id = m.user_id
WHERE m.group_id = ANY ($1::bigint[])
ORDER BY m.group_id, u.login;
