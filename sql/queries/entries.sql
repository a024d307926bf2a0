-- Reading what is in a mailbox.

-- name: mailbox_state
SELECT s.uidnext, m.uidvalidity, s.first_recent, s.highest_modseq, s.rights_modseq, s.messages,
       m.seen_per_user
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL;

-- name: entries_read
SELECT uid, message_id, flags, modseq, size, internal_date
FROM entries
WHERE mailbox_id = $1::bigint AND uid BETWEEN $2::bigint AND $3::bigint
ORDER BY uid
LIMIT $4::bigint;

-- name: seen_pages_read
SELECT page, bits
FROM seen_pages
WHERE mailbox_id = $1::bigint AND user_id = $2::bigint
ORDER BY page;
