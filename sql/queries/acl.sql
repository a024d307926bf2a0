-- Rows of acl.

-- name: acl_list
-- concerns_user: the row is one of those that effective_rights counts for the user.
SELECT a.user_id, a.group_id, coalesce(u.login, g.name) AS name, a.negative, a.rights,
       a.granted_by, a.granted_at, a.expires_at,
       (a.user_id = $2::bigint
        OR (a.user_id IS NULL AND a.group_id IS NULL)
        OR a.group_id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = $2)) IS TRUE
           AS concerns_user,
       (a.expires_at <= now()) IS TRUE AS expired
FROM acl a
LEFT JOIN users u ON u.id = a.user_id
LEFT JOIN groups g ON g.id = a.group_id
WHERE a.mailbox_id = $1::bigint
ORDER BY a.user_id IS NULL, a.group_id IS NULL, name, a.negative;

-- name: acl_change
-- $2 user, $3 group (both null: anyone), $4 negative, $5 0 replace 1 add 2 remove,
-- $6 rights, $7 expiry, $8 actor, $9 client, $10 the actor's id: who has not (any
-- more) l and a (1025) changes nothing. What has expired counts as no right. Adding
-- to or removing from rights that expire leaves their end as it is, unless a new
-- one is given. Answers with the mailbox's highest modseq, which is the old one when
-- nothing had to change, and whether the actor may; no row: no such mailbox.
WITH mailbox AS (
    SELECT s.mailbox_id, s.highest_modseq, r.rights & 1025 = 1025 AS may
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    CROSS JOIN LATERAL effective_rights(m.id, coalesce(m.owner_id, 0), $10::bigint) r
    WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL
), was AS MATERIALIZED (
    SELECT a.ctid AS place, a.expires_at,
           CASE WHEN a.expires_at <= now() THEN 0 ELSE a.rights END AS rights,
           coalesce(a.expires_at <= now(), false) AS expired
    FROM acl a
    WHERE a.mailbox_id = $1
      AND a.user_id IS NOT DISTINCT FROM $2::bigint
      AND a.group_id IS NOT DISTINCT FROM $3::bigint
      AND a.negative = $4::boolean
), change AS (
    SELECT coalesce(was.rights, 0) AS before,
           CASE $5::integer WHEN 0 THEN $6::integer
                            WHEN 1 THEN coalesce(was.rights, 0) | $6
                            ELSE coalesce(was.rights, 0) & ~ $6
           END AS after,
           was.expires_at AS expired_at,
           CASE WHEN $5 <> 0 AND NOT was.expired THEN coalesce($7::timestamptz, was.expires_at)
                ELSE $7
           END AS expires_at,
           was.place IS NOT NULL AS existed
    FROM mailbox
    LEFT JOIN was ON true
    WHERE mailbox.may
), needed AS (
    SELECT * FROM change
    WHERE before <> after
       OR (after <> 0 AND expired_at IS DISTINCT FROM expires_at)
       OR (after = 0 AND existed)
), removed AS (
    DELETE FROM acl a USING needed, was
    WHERE a.ctid = was.place AND needed.after = 0
), kept AS (
    INSERT INTO acl AS a (mailbox_id, user_id, group_id, negative, rights, granted_by, expires_at)
    SELECT $1, $2, $3, $4, after, $8::text, expires_at FROM needed WHERE after <> 0
    ON CONFLICT (mailbox_id, user_id, group_id, negative) DO UPDATE
    SET rights = EXCLUDED.rights, granted_by = EXCLUDED.granted_by,
        granted_at = EXCLUDED.granted_at, expires_at = EXCLUDED.expires_at
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1, rights_modseq = s.highest_modseq + 1
    FROM needed
    WHERE s.mailbox_id = $1
    RETURNING s.highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT $1, state.highest_modseq, 'acl', $8, $9::text,
           CASE WHEN $4 THEN '-' ELSE '' END
           || CASE WHEN $2 IS NOT NULL THEN (SELECT login FROM users WHERE id = $2)
                   WHEN $3 IS NOT NULL THEN (SELECT 'group:' || name FROM groups WHERE id = $3)
                   ELSE 'anyone'
              END
           || ': ' || rights_letters(before) || ' -> ' || rights_letters(after)
           || coalesce(' until ' || expires_at::text, '')
    FROM state, needed
)
SELECT coalesce((SELECT highest_modseq FROM state), mailbox.highest_modseq) AS modseq, mailbox.may
FROM mailbox;

-- name: acl_is_administered
-- Whether anybody who can log in has l and a (1025) in a shared mailbox.
SELECT EXISTS (
    SELECT FROM (
        SELECT a.user_id FROM acl a
        WHERE a.mailbox_id = $1::bigint AND NOT a.negative AND a.rights & 1024 <> 0
        UNION ALL
        SELECT g.user_id FROM acl a
        JOIN group_members g ON g.group_id = a.group_id
        WHERE a.mailbox_id = $1 AND NOT a.negative AND a.rights & 1024 <> 0
        UNION ALL
        SELECT u.id FROM acl a
        CROSS JOIN users u
        WHERE a.mailbox_id = $1 AND a.user_id IS NULL AND a.group_id IS NULL
          AND NOT a.negative AND a.rights & 1024 <> 0
    ) AS candidate
    JOIN users u ON u.id = candidate.user_id AND NOT u.disabled
    CROSS JOIN LATERAL effective_rights($1, 0, u.id) r
    WHERE r.rights & 1025 = 1025
);

-- name: acl_lock_identifiers
-- Before a mailbox is locked whose rights are given to another: see group_lock_for_use.
WITH locked_users AS (
    SELECT id FROM users
    WHERE id IN (SELECT user_id FROM acl WHERE mailbox_id = $1::bigint)
    ORDER BY id
    FOR KEY SHARE
), locked_groups AS (
    SELECT id FROM groups
    WHERE id IN (SELECT group_id FROM acl WHERE mailbox_id = $1)
    ORDER BY id
    FOR KEY SHARE
)
SELECT (SELECT count(*) FROM locked_users) + (SELECT count(*) FROM locked_groups);
