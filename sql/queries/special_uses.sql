-- Special uses (RFC 6154) of a user.

-- name: special_uses_set
-- The user $1 uses the mailbox $2 for $3, and no other mailbox that the user may see (l: 1)
-- for any of it.
WITH elsewhere AS (
    SELECT m.id, coalesce(own.uses, ARRAY[m.special_use]) AS uses
    FROM (SELECT mailbox_id AS id FROM special_uses WHERE user_id = $1::bigint
          UNION
          SELECT id FROM mailboxes
          WHERE special_use IS NOT NULL AND coalesce(owner_id, 0) IN (0, $1)) found
    JOIN mailboxes m ON m.id = found.id AND m.deleted_at IS NULL
    LEFT JOIN special_uses own ON own.user_id = $1 AND own.mailbox_id = m.id
    CROSS JOIN LATERAL effective_rights(m.id, coalesce(m.owner_id, 0), $1) r
    WHERE m.id <> $2::bigint AND r.rights & 1 = 1
      AND coalesce(own.uses, ARRAY[m.special_use]) && $3::text[]
), wanted AS (
    SELECT id AS mailbox_id, ARRAY(SELECT u FROM unnest(uses) u WHERE u <> ALL ($3)) AS uses
    FROM elsewhere
    UNION ALL
    SELECT $2, $3
)
INSERT INTO special_uses (user_id, mailbox_id, uses)
SELECT $1, mailbox_id, uses FROM wanted
ORDER BY mailbox_id
ON CONFLICT (user_id, mailbox_id) DO UPDATE SET uses = EXCLUDED.uses;

-- name: mailboxes_of_use
-- Those that the user $1 uses for $2, the user's own first; whether the user may see them is not
-- asked. For 0 only the shared ones that all use so who have chosen nothing else.
SELECT m.id
FROM (SELECT mailbox_id AS id FROM special_uses WHERE user_id = $1::bigint AND $2::text = ANY (uses)
      UNION
      SELECT id FROM mailboxes
      WHERE special_use = $2 AND coalesce(owner_id, 0) IN (0, $1)
        AND NOT EXISTS (SELECT FROM special_uses own
                        WHERE own.user_id = $1 AND own.mailbox_id = mailboxes.id)) AS found
JOIN mailboxes m ON m.id = found.id AND m.deleted_at IS NULL
ORDER BY coalesce(m.owner_id, 0) <> $1 OR $1 = 0, m.id
LIMIT 20;
