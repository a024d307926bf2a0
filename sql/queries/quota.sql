-- Quota roots: limits, and what their mailboxes hold. The columns of a root are
-- read by place: server/store/quota_rows.c. Of a null limit there is none.

-- name: quota_of_user
-- Also when none was set for the user: then id is null.
SELECT q.id, 'user/' || u.login, u.id, q.storage, q.messages, q.mailboxes,
       used.storage, used.messages, used.mailboxes
FROM users u
LEFT JOIN quota_roots q ON q.id = u.quota_root_id
CROSS JOIN LATERAL quota_used(NULL, u.id) used
WHERE u.id = $1::bigint;

-- name: quota_get
SELECT q.id, q.name, q.user_id, q.storage, q.messages, q.mailboxes,
       used.storage, used.messages, used.mailboxes
FROM quota_roots q
CROSS JOIN LATERAL quota_used(q.id, q.user_id) used
WHERE q.id = $1::bigint;

-- name: quota_find
-- A tree's root by name, when the user $2 has l and r (3) on one of its mailboxes, and
-- whether the user administers it: l and a (1025) on each mailbox that it was attached
-- to. 0 is the administrator on the command line.
SELECT q.id, q.name, q.user_id, q.storage, q.messages, q.mailboxes,
       used.storage, used.messages, used.mailboxes, quota_administers(q.id, $2::bigint)
FROM quota_roots q
CROSS JOIN LATERAL quota_used(q.id, NULL) used
WHERE q.name = $1::text AND q.user_id IS NULL
  AND ($2 = 0 OR EXISTS (SELECT FROM mailboxes m
                         CROSS JOIN LATERAL effective_rights(m.id, 0, $2) r
                         WHERE m.quota_root_id = q.id AND m.deleted_at IS NULL
                           AND r.rights & 3 = 3));

-- name: quota_list
-- All users, and all roots of trees.
SELECT q.id, coalesce(q.name, 'user/' || u.login), u.id, q.storage, q.messages, q.mailboxes,
       used.storage, used.messages, used.mailboxes
FROM (SELECT q.id AS root_id, q.user_id FROM quota_roots q WHERE q.user_id IS NULL
      UNION ALL
      SELECT u.quota_root_id, u.id FROM users u) place
LEFT JOIN quota_roots q ON q.id = place.root_id
LEFT JOIN users u ON u.id = place.user_id
CROSS JOIN LATERAL quota_used(place.root_id, place.user_id) used
ORDER BY place.user_id IS NOT NULL, 2;

-- name: quota_gate
-- Until the transaction ends.
SELECT pg_advisory_xact_lock($1::bigint);

-- name: quota_tree_used
-- What the tree $2 of the owner $1 (0: shared) brings to the root $3 (0: none) of a tree
-- or to the user $4 (0: none): not what counts there already, nor what keeps its own
-- root, which was attached inside the tree.
SELECT coalesce(sum(s.bytes), 0)::bigint, coalesce(sum(s.messages), 0)::bigint, count(*)
FROM mailboxes m
CROSS JOIN LATERAL (SELECT s.bytes, s.messages FROM mailbox_state s
                    WHERE s.mailbox_id = m.id
                    OFFSET 0) s
WHERE coalesce(m.owner_id, 0) = $1::bigint AND m.deleted_at IS NULL
  AND m.name >= $2::text AND m.name < $2 || '0' AND (m.name = $2 OR m.name >= $2 || '/')
  AND m.quota_root_id IS DISTINCT FROM $3::bigint
  AND m.owner_id IS DISTINCT FROM $4::bigint
  AND ($4 <> 0
       OR NOT EXISTS (SELECT FROM mailboxes top
                      WHERE top.id = m.quota_top_id
                        AND top.name >= $2 AND top.name < $2 || '0'
                        AND (top.name = $2 OR top.name >= $2 || '/')));

-- name: quota_expunged
-- $3: the UIDs are those of Recently Deleted.
SELECT coalesce(sum(x.size), 0)::bigint, count(x.size), 0::bigint
FROM unnest($2::int8multirange) AS r
CROSS JOIN LATERAL (SELECT size FROM expunged
                    WHERE NOT $3::boolean AND mailbox_id = $1::bigint
                      AND uid >= lower(r) AND uid < upper(r)
                    UNION ALL
                    SELECT size FROM expunged
                    WHERE $3 AND mailbox_id = $1
                      AND deleted_uid >= lower(r) AND deleted_uid < upper(r)) x;

-- name: mailboxes_deleted_bytes
-- What EXPUNGE would free (section 4.1.4), of mailboxes whose rights are no younger than $2.
SELECT asked.place,
       CASE WHEN s.deleted = 0 THEN 0
            ELSE (SELECT coalesce(sum(e.size), 0)::bigint FROM entries e
                  WHERE e.mailbox_id = s.mailbox_id AND e.flags & 8 <> 0)
       END AS bytes
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (mailbox_id, rights_modseq, place)
JOIN mailbox_state s ON s.mailbox_id = asked.mailbox_id AND s.rights_modseq <= asked.rights_modseq
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE m.deleted_at IS NULL;

-- What follows changes roots. Each mailbox that gets another root, or whose root gets
-- other limits, has that in its journal, and a new rights_modseq: whoever holds a
-- grant for it asks anew, and learns the root.

-- name: quota_lock_user_mailboxes
SELECT mailbox_id FROM mailbox_state
WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE owner_id = $1::bigint AND deleted_at IS NULL)
ORDER BY mailbox_id
FOR UPDATE;

-- name: quota_lock_root
-- The mailboxes of a root, or only those that it was attached to; of a user's the INBOX.
SELECT mailbox_id FROM mailbox_state
WHERE mailbox_id IN (SELECT m.id FROM quota_roots q
                     JOIN mailboxes m ON m.quota_root_id = q.id
                     WHERE q.name = $1::text AND m.deleted_at IS NULL
                       AND (NOT $2::boolean OR m.quota_top_id = m.id)
                     UNION ALL
                     SELECT m.id FROM quota_roots q
                     JOIN mailboxes m ON m.owner_id = q.user_id
                     WHERE q.name = $1 AND m.name = 'INBOX' AND m.deleted_at IS NULL)
ORDER BY mailbox_id
FOR UPDATE;

-- name: quota_lock_tree
SELECT s.mailbox_id
FROM mailbox_state s
WHERE s.mailbox_id IN (
    SELECT m.id FROM mailboxes m
    WHERE coalesce(m.owner_id, 0) = 0 AND m.deleted_at IS NULL
      AND m.name >= $1::text AND m.name < $1 || '0' AND (m.name = $1 OR m.name >= $1 || '/'))
ORDER BY s.mailbox_id
FOR UPDATE;

-- name: quota_set_for_user
-- $1 the user, $2 to $4 the limits, $5 actor, $6 client. INBOX keeps account of it; the
-- others have news only when there was no root before.
WITH root AS (
    INSERT INTO quota_roots AS q (name, user_id, storage, messages, mailboxes)
    SELECT 'user/' || u.login, u.id, $2::bigint, $3::bigint, $4::bigint
    FROM users u
    WHERE u.id = $1::bigint
    ON CONFLICT (user_id) DO UPDATE
    SET storage = EXCLUDED.storage, messages = EXCLUDED.messages, mailboxes = EXCLUDED.mailboxes
    RETURNING q.id
), linked AS (
    UPDATE users u SET quota_root_id = root.id
    FROM root
    WHERE u.id = $1 AND u.quota_root_id IS DISTINCT FROM root.id
    RETURNING u.id
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    FROM root
    WHERE s.mailbox_id IN (SELECT m.id FROM mailboxes m
                           WHERE m.owner_id = $1 AND m.deleted_at IS NULL
                             AND (m.name = 'INBOX' OR EXISTS (SELECT FROM linked)))
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT mailbox_id, highest_modseq, 'mailbox', $5::text, $6::text,
           'quota ' || quota_text($2, $3, $4)
    FROM state
)
SELECT state.mailbox_id, state.highest_modseq
FROM root LEFT JOIN state ON true
ORDER BY 1;

-- name: quota_add
-- A root for trees, without limits yet, unless there is one.
INSERT INTO quota_roots (name) VALUES ($1::text) ON CONFLICT (name) DO NOTHING;

-- name: quota_set
-- $1 the tree's root, $2 to $4 the limits, $5 actor, $6 client, $7 the actor's id: no row
-- when there is no such root, or the actor does not administer it (any more).
WITH root AS (
    UPDATE quota_roots q
    SET storage = $2::bigint, messages = $3::bigint, mailboxes = $4::bigint
    WHERE q.name = $1::text AND q.user_id IS NULL AND quota_administers(q.id, $7::bigint)
    RETURNING q.id
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    FROM root
    WHERE s.mailbox_id IN (SELECT m.id FROM mailboxes m
                           WHERE m.quota_root_id = root.id AND m.quota_top_id = m.id
                             AND m.deleted_at IS NULL)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT mailbox_id, highest_modseq, 'mailbox', $5::text, $6::text,
           'quota "' || $1 || '" ' || quota_text($2, $3, $4)
    FROM state
)
SELECT state.mailbox_id, state.highest_modseq
FROM root LEFT JOIN state ON true
ORDER BY 1;

-- name: quota_attach
-- $1 the mailbox, $2 its name, $3 the root (null: that of what is above it), $4 actor,
-- $5 client. Those below it go along, but not what another root was attached to.
WITH wanted AS (
    SELECT q.id AS root_id, $1::bigint AS top_id FROM quota_roots q
    WHERE q.name = $3::text AND q.user_id IS NULL
    UNION ALL
    SELECT above.root_id, above.top_id FROM quota_above($2) above WHERE $3 IS NULL
), tree AS (
    SELECT m.id, m.quota_top_id FROM mailboxes m
    WHERE coalesce(m.owner_id, 0) = 0 AND m.deleted_at IS NULL
      AND m.name >= $2::text AND m.name < $2 || '0' AND (m.name = $2 OR m.name >= $2 || '/')
), placed AS (
    UPDATE mailboxes m
    SET quota_root_id = wanted.root_id, quota_top_id = wanted.top_id
    FROM tree, wanted
    WHERE m.id = tree.id
      AND EXISTS (SELECT FROM tree top WHERE top.id = $1)
      AND (tree.id = $1 OR tree.quota_top_id = $1 OR tree.quota_top_id IS NULL
           OR tree.quota_top_id NOT IN (SELECT id FROM tree))
    RETURNING m.id
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE s.mailbox_id IN (SELECT id FROM placed)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT state.mailbox_id, state.highest_modseq, 'mailbox', $4::text, $5::text,
           coalesce('quota root "' || q.name || '"', 'no quota root')
    FROM state, wanted LEFT JOIN quota_roots q ON q.id = wanted.root_id
)
SELECT mailbox_id, highest_modseq FROM state ORDER BY mailbox_id;

-- name: quota_release
-- The mailboxes of the root $1 get that of what is above them; $2 actor, $3 client.
WITH root AS (
    SELECT id, user_id FROM quota_roots WHERE name = $1::text
), placed AS (
    UPDATE mailboxes m
    SET (quota_root_id, quota_top_id) =
        (SELECT above.root_id, above.top_id
         FROM mailboxes top
         CROSS JOIN LATERAL quota_above(top.name) above
         WHERE top.id = m.quota_top_id AND above.root_id <> root.id)
    FROM root
    WHERE m.quota_root_id = root.id
    RETURNING m.id
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE s.mailbox_id IN (SELECT id FROM placed
                           UNION
                           SELECT m.id FROM root
                           JOIN mailboxes m ON m.owner_id = root.user_id
                           WHERE m.name = 'INBOX' AND m.deleted_at IS NULL)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT mailbox_id, highest_modseq, 'mailbox', $2::text, $3::text,
           'quota root "' || $1 || '" was deleted'
    FROM state
)
SELECT state.mailbox_id, state.highest_modseq
FROM root LEFT JOIN state ON true
ORDER BY 1;

-- name: quota_delete
DELETE FROM quota_roots WHERE name = $1::text;
