-- Making, deleting and renaming mailboxes.

-- name: mailbox_create
-- The new ACL is the parent's ($5) as it is in force now, with all rights (2047) for
-- one user on top. $8 the modseq as of which the actor $10 knows the parent's rights,
-- $9 the names above, $11 the client. A shared mailbox counts for the parent's quota
-- root. One row: whether the actor may (any more), and the mailbox, which is null when
-- the name is taken. A mailbox begins at modseq 1.
WITH parent AS (
    SELECT may_create_below($5::bigint, $1::bigint, $9::text[], $10::bigint)
           AND ($5 = 0 OR EXISTS (SELECT FROM mailbox_state s
                                  WHERE s.mailbox_id = $5 AND s.rights_modseq <= $8::bigint)) AS may
), added AS (
    INSERT INTO mailboxes (owner_id, name, special_use, seen_per_user, auto_subscribe,
                           quota_root_id, quota_top_id)
    SELECT nullif($1, 0), $2::text, $3::text, $4::boolean, coalesce(above.auto_subscribe, false),
           above.quota_root_id, above.quota_top_id
    FROM parent
    LEFT JOIN mailboxes above ON above.id = $5
    WHERE may
    ON CONFLICT DO NOTHING
    RETURNING id, uidvalidity
), state AS (
    INSERT INTO mailbox_state (mailbox_id) SELECT id FROM added
), rights AS (
    INSERT INTO acl (mailbox_id, user_id, group_id, negative, rights, granted_by, expires_at)
    SELECT added.id, a.user_id, a.group_id, a.negative, a.rights, $7::text, a.expires_at
    FROM added, acl a
    WHERE a.mailbox_id = $5
      AND (a.expires_at IS NULL OR a.expires_at > now())
      AND NOT (a.user_id IS NOT DISTINCT FROM $6::bigint AND NOT a.negative)
    UNION ALL
    SELECT added.id, $6, NULL, false, 2047, $7, NULL
    FROM added
    WHERE $6 <> 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT id, 1, 'mailbox', $7, $11::text, 'created ' || $2 FROM added
)
SELECT parent.may, added.id, added.uidvalidity FROM parent LEFT JOIN added ON true;

-- name: mailbox_delete
-- $4 the actor's id: who has not (any more) l and x (129) deletes nothing, and modseq
-- is null. No row: there is no such mailbox.
WITH mailbox AS (
    SELECT m.id, r.rights & 129 = 129 AS may
    FROM mailboxes m
    CROSS JOIN LATERAL effective_rights(m.id, coalesce(m.owner_id, 0), $4::bigint) r
    WHERE m.id = $1::bigint AND m.deleted_at IS NULL
), gone AS (
    UPDATE mailboxes m SET deleted_at = now()
    FROM mailbox
    WHERE m.id = mailbox.id AND mailbox.may
    RETURNING m.id, m.name
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
SELECT state.highest_modseq FROM mailbox LEFT JOIN state ON true;

-- name: tree_lock
-- And the mailbox $3, below which the tree goes (0: none).
SELECT s.mailbox_id
FROM mailbox_state s
WHERE s.mailbox_id IN (
    SELECT m.id FROM mailboxes m
    WHERE coalesce(m.owner_id, 0) = $1::bigint AND m.deleted_at IS NULL
      AND m.name >= $2::text AND m.name < $2 || '0' AND (m.name = $2 OR m.name >= $2 || '/')
    UNION
    SELECT $3::bigint)
ORDER BY s.mailbox_id
FOR UPDATE OF s;

-- name: tree_lift
-- Out of the index of names, so that the order of the renames does not matter
-- ("a/a" to "a" while "a/a/a" still has the name that "a/a" leaves). Nothing is
-- lifted unless the mailbox $3 still has the name, and the actor $4 has the rights $5
-- on it, the rights $6 on each of the tree, and may put it where it goes: owner $7,
-- names above $8, below the mailbox $9. $3 0: there is no mailbox of the name, and the
-- rights $5 are asked for on the closest ones below it. The second OFFSET 0 has each
-- name looked up by itself; MATERIALIZED keeps the planner from asking the whole tree
-- again for each mailbox of it.
WITH tree AS (
    SELECT m.id, m.name, leads,
           CASE WHEN leads OR $6::integer <> 0
                THEN (SELECT r.rights FROM effective_rights(m.id, $1::bigint, $4::bigint) r)
                ELSE 0
           END AS rights
    FROM mailboxes m
    CROSS JOIN LATERAL (
        SELECT CASE WHEN $3::bigint <> 0 THEN m.id = $3
                    ELSE NOT EXISTS (
                        SELECT FROM generate_series(length($2::text) + 2, length(m.name)) AS place
                        WHERE substr(m.name, place, 1) = '/'
                          AND EXISTS (SELECT FROM mailboxes above
                                      WHERE coalesce(above.owner_id, 0) = $1
                                        AND above.deleted_at IS NULL
                                        AND above.name = left(m.name, place - 1)
                                      OFFSET 0))
               END AS leads
        OFFSET 0) AS place
    WHERE coalesce(m.owner_id, 0) = $1 AND m.deleted_at IS NULL
      AND m.name >= $2 AND m.name < $2 || '0' AND (m.name = $2 OR m.name >= $2 || '/')
), may AS MATERIALIZED (
    SELECT CASE WHEN $3 <> 0 THEN bool_or(t.id = $3 AND t.name = $2)
                ELSE NOT bool_or(t.name = $2)
           END
           AND bool_and(NOT t.leads OR t.rights & $5::integer = $5)
           AND bool_and(t.rights & $6 = $6)
           AND may_create_below($9::bigint, $7::bigint, $8::text[], $4) AS move
    FROM tree t
)
UPDATE mailboxes m SET deleted_at = '-infinity'
FROM tree, may
WHERE m.id = tree.id AND may.move;

-- name: tree_rename
-- What tree_lift took out comes back under its new name. No row: it took out nothing.
WITH renamed AS (
    UPDATE mailboxes
    SET deleted_at = NULL, owner_id = nullif($3::bigint, 0),
        name = $4::text || substr(name, length($2::text) + 1),
        (quota_root_id, quota_top_id) =
            (SELECT q.new_root_id, q.new_top_id
             FROM quota_carried(mailboxes.quota_root_id, mailboxes.quota_top_id, $3, $4) q)
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
