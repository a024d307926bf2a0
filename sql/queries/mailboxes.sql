-- Mailboxes as a user sees them. The columns are those of live_mailboxes, then
-- effective_rights: server/store/rows.c reads them by place. For how many milliseconds rights
-- hold is told, not until when, since the clock of whoever asks may be another.

-- name: mailbox_find
SELECT m.*, r.rights, (extract(epoch FROM r.rights_until - now()) * 1000)::bigint AS rights_left
FROM live_mailboxes m
CROSS JOIN LATERAL effective_rights(m.id, m.owner_id, $3::bigint) r
WHERE m.owner_id = $1::bigint AND m.name = $2::text;

-- name: mailbox_get
SELECT m.*, r.rights, (extract(epoch FROM r.rights_until - now()) * 1000)::bigint AS rights_left
FROM live_mailboxes m
CROSS JOIN LATERAL effective_rights(m.id, m.owner_id, $2::bigint) r
WHERE m.id = $1::bigint;

-- name: mailboxes_tree
-- '0' is the character after '/': everything that starts with the name and a separator.
-- The range alone is what the index of names serves.
SELECT m.*, r.rights, (extract(epoch FROM r.rights_until - now()) * 1000)::bigint AS rights_left
FROM live_mailboxes m
CROSS JOIN LATERAL effective_rights(m.id, m.owner_id, $3::bigint) r
WHERE m.owner_id = $1::bigint
  AND m.name >= $2::text AND m.name < $2 || '0' AND (m.name = $2 OR m.name >= $2 || '/')
ORDER BY m.name;

-- name: mailbox_nearest
-- The longest of these names that exists; OFFSET 0 keeps the look-up of each apart.
SELECT m.*, r.rights, (extract(epoch FROM r.rights_until - now()) * 1000)::bigint AS rights_left
FROM unnest($2::text[]) AS wanted (name)
CROSS JOIN LATERAL (SELECT * FROM live_mailboxes m
                    WHERE m.owner_id = $1::bigint AND m.name = wanted.name
                    OFFSET 0) m
CROSS JOIN LATERAL effective_rights(m.id, m.owner_id, $3::bigint) r
ORDER BY length(m.name) DESC
LIMIT 1;

-- name: mailbox_status
SELECT s.messages,
       CASE WHEN s.first_recent = 1 THEN s.messages
            ELSE (SELECT count(*) FROM entries e
                  WHERE e.mailbox_id = s.mailbox_id AND e.uid >= s.first_recent)
       END AS recent,
       s.messages - CASE WHEN m.seen_per_user
                         THEN (SELECT coalesce(sum(bit_count(p.bits)), 0)::bigint
                               FROM seen_pages p
                               WHERE p.mailbox_id = s.mailbox_id AND p.user_id = $2::bigint)
                         ELSE s.seen
                    END AS unseen,
       s.deleted, s.bytes, s.uidnext, m.uidvalidity, s.highest_modseq, s.first_recent
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL;

-- name: mailbox_pulse
SELECT 1 AS place, s.highest_modseq, s.rights_modseq, s.first_recent, u.disabled
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
CROSS JOIN users u
WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL AND u.id = $2::bigint;

-- name: mailbox_pulses
-- Of many sessions at once; what is gone has no row. OFFSET 0 keeps the planner from
-- starting at the other end, with all mailboxes there are.
SELECT asked.place, found.*
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (mailbox_id, user_id, place)
CROSS JOIN LATERAL (SELECT s.highest_modseq, s.rights_modseq, s.first_recent, u.disabled
                    FROM mailbox_state s
                    JOIN mailboxes m ON m.id = s.mailbox_id
                    CROSS JOIN users u
                    WHERE s.mailbox_id = asked.mailbox_id AND m.deleted_at IS NULL
                      AND u.id = asked.user_id
                    OFFSET 0) found;

-- name: mailbox_modseqs
-- Negative ids are of what was deleted from mailboxes (store/recently_deleted.h).
SELECT asked.id AS mailbox_id, s.highest_modseq
FROM unnest($1::bigint[]) AS asked (id)
JOIN mailbox_state s ON s.mailbox_id = abs(asked.id)
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE m.deleted_at IS NULL;

-- name: mailbox_claim_recent
UPDATE mailbox_state SET first_recent = $2::bigint
WHERE mailbox_id = $1::bigint AND first_recent < $2;
