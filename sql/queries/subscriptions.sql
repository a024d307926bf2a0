-- Subscriptions, by name. The owner of a shared mailbox is 0 for callers.

-- name: subscription_add
-- $4: so many names a user may have. Answers whether this one is among them.
WITH room AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM subscriptions s
                   WHERE s.user_id = $1::bigint AND coalesce(s.owner_id, 0) = $2::bigint
                     AND s.name = $3::text)
           OR (SELECT count(*) FROM subscriptions s WHERE s.user_id = $1) < $4::bigint AS is_left
), added AS (
    INSERT INTO subscriptions (user_id, owner_id, name)
    SELECT $1, nullif($2, 0), $3 FROM room WHERE is_left
    ON CONFLICT (user_id, owner_id, name) DO UPDATE SET wanted = true WHERE NOT subscriptions.wanted
)
SELECT is_left FROM room;

-- name: subscription_remove
-- As long as there is such a mailbox it is remembered: the mailbox may subscribe
-- whoever sees it, now or some day.
WITH remembered AS (
    INSERT INTO subscriptions (user_id, owner_id, name, wanted)
    SELECT $1::bigint, nullif($2::bigint, 0), $3::text, false
    WHERE EXISTS (SELECT FROM mailboxes m
                  WHERE coalesce(m.owner_id, 0) = $2 AND m.name = $3 AND m.deleted_at IS NULL)
    ON CONFLICT (user_id, owner_id, name) DO UPDATE SET wanted = false
    RETURNING true
)
DELETE FROM subscriptions
WHERE user_id = $1 AND coalesce(owner_id, 0) = $2 AND name = $3
  AND NOT EXISTS (SELECT FROM remembered);

-- name: subscriptions_list
-- What the user has subscribed to, and what subscribes all who see it. Whether there
-- is any of the latter is asked first, since only then all that the user may see has to
-- be looked at. The owner of one's own is null, too: that name need not be looked up.
SELECT coalesce(s.owner_id, 0) AS owner_id, u.login AS owner, s.name
FROM subscriptions s
LEFT JOIN users u ON u.id = nullif(s.owner_id, $1)
WHERE s.user_id = $1::bigint AND s.wanted
UNION ALL
SELECT m.owner_id, m.owner, m.name
FROM rights_of_user($1) r
CROSS JOIN LATERAL (SELECT coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name
                    FROM mailboxes m
                    LEFT JOIN users u ON u.id = nullif(m.owner_id, $1)
                    WHERE m.id = r.mailbox_id AND m.auto_subscribe AND m.deleted_at IS NULL
                    OFFSET 0) m
WHERE EXISTS (SELECT FROM mailboxes WHERE auto_subscribe AND deleted_at IS NULL)
  AND r.rights & 1 = 1
  AND NOT EXISTS (SELECT FROM subscriptions s
                  WHERE s.user_id = $1 AND coalesce(s.owner_id, 0) = m.owner_id
                    AND s.name = m.name);

-- name: subscriptions_rename
-- Mailboxes that tree_lift took out, $2 and what is below it, take everybody's
-- subscriptions along to their new place ($3, $4). Those who may not see a mailbox any
-- more keep the name they knew, or they would learn the new one. What was said about the
-- new name, when it was nobody's, gives way. All is taken out before the first is put
-- back: "a/a" gets the name that "a/a/a" leaves.
WITH lifted AS MATERIALIZED (
    SELECT m.id, m.name FROM mailboxes m
    WHERE coalesce(m.owner_id, 0) = $1::bigint AND m.deleted_at = '-infinity'
), goes AS MATERIALIZED (
    SELECT s.user_id, s.name
    FROM subscriptions s
    LEFT JOIN lifted l ON l.name = s.name
    WHERE coalesce(s.owner_id, 0) = $1
      AND s.name >= $2::text AND s.name < $2 || '0' AND (s.name = $2 OR s.name >= $2 || '/')
      AND EXISTS (SELECT FROM lifted)
      AND CASE WHEN s.user_id = $1 OR NOT s.wanted THEN true
               ELSE (SELECT r.rights & 1 = 1 FROM effective_rights(l.id, $1, s.user_id) r)
          END
), taken AS (
    DELETE FROM subscriptions s
    USING goes
    WHERE s.user_id = goes.user_id AND coalesce(s.owner_id, 0) = $1 AND s.name = goes.name
    RETURNING s.user_id, s.name, s.wanted
)
INSERT INTO subscriptions (user_id, owner_id, name, wanted)
SELECT user_id, nullif($3::bigint, 0), $4::text || substr(name, length($2) + 1), wanted
FROM taken
ORDER BY user_id, name
ON CONFLICT (user_id, owner_id, name) DO UPDATE SET wanted = excluded.wanted;

-- name: mailbox_auto_subscribe
-- Whose state the transaction has locked. No row: the mailbox is gone.
WITH changed AS (
    UPDATE mailboxes SET auto_subscribe = $2::boolean
    WHERE id = $1::bigint AND deleted_at IS NULL
    RETURNING id
), state AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT id FROM changed)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT mailbox_id, highest_modseq, 'mailbox', $3::text, $4::text,
           CASE WHEN $2 THEN 'subscribe=auto' ELSE 'subscribe=manual' END
    FROM state
)
SELECT highest_modseq FROM state;
