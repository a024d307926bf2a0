-- What those who want to be notified (RFC 5465) are told (store/watch_rows.h).

-- name: watch_mailboxes
-- How mailboxes $1 are, and what has happened there since the modseqs $2: whether messages
-- came or went, whether flags have changed, who may have got or lost something or what it is
-- called, whose \Seen has changed, and which annotations: "0" or the user whose they are, then
-- the entries, line by line.
SELECT asked.place, m.uidvalidity, s.uidnext, s.highest_modseq, s.messages, s.seen, m.seen_per_user,
       coalesce(news.messages, false) AS messages_moved, coalesce(news.flags, false) AS flags_changed,
       coalesce(news.names, false) AS names_changed, coalesce(news.readers, '') AS readers,
       coalesce(news.entries, '') AS entries
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (mailbox_id, since, place)
JOIN mailbox_state s ON s.mailbox_id = asked.mailbox_id
JOIN mailboxes m ON m.id = s.mailbox_id AND m.deleted_at IS NULL
CROSS JOIN LATERAL (
    SELECT bool_or(j.kind IN ('append', 'expunge')) AS messages,
           bool_or(j.kind = 'flags') AS flags,
           bool_or(j.kind IN ('acl', 'mailbox')) AS names,
           string_agg(DISTINCT j.user_id::text, ' ') FILTER (WHERE j.kind = 'seen') AS readers,
           string_agg(coalesce(j.user_id, 0) || ' ' || j.detail, E'\n' ORDER BY j.modseq)
               FILTER (WHERE j.kind = 'metadata') AS entries
    FROM journal j
    WHERE j.mailbox_id = asked.mailbox_id AND j.modseq > asked.since) news;

-- name: watch_unseen
-- How many messages of mailboxes $1, where \Seen is per user, are unseen by users $2.
SELECT asked.place,
       s.messages - (SELECT coalesce(sum(bit_count(p.bits)), 0)::bigint
                     FROM seen_pages p
                     WHERE p.mailbox_id = s.mailbox_id AND p.user_id = asked.user_id) AS unseen
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (mailbox_id, user_id, place)
JOIN mailbox_state s ON s.mailbox_id = asked.mailbox_id;

-- name: watch_visible
-- Those of users $2 who may see mailboxes $1, and as what.
SELECT u.id AS user_id, m.id AS mailbox_id, coalesce(m.owner_id, 0) AS owner_id, o.login AS owner,
       m.name, r.rights
FROM unnest($1::bigint[]) AS asked (id)
JOIN mailboxes m ON m.id = asked.id AND m.deleted_at IS NULL
LEFT JOIN users o ON o.id = m.owner_id
JOIN unnest($2::bigint[]) AS u (id)
     ON m.owner_id = u.id
        OR EXISTS (SELECT FROM acl a WHERE a.mailbox_id = m.id AND (a.user_id = u.id OR a.user_id IS NULL))
CROSS JOIN LATERAL effective_rights(m.id, coalesce(m.owner_id, 0), u.id) r
WHERE r.rights & 1 = 1
ORDER BY u.id;

-- name: watch_rights_until
-- In how many milliseconds the first of the rights expires that concern the user.
SELECT (extract(epoch FROM min(a.expires_at) - now()) * 1000)::bigint
FROM acl a
WHERE a.expires_at > now()
  AND (a.user_id = $1::bigint
       OR (a.user_id IS NULL AND a.group_id IS NULL)
       OR a.group_id IN (SELECT g.group_id FROM group_members g WHERE g.user_id = $1));

-- name: watch_server
-- What has changed of the server itself since $1, and where it is now.
SELECT s.highest_modseq, j.user_id, j.entries
FROM server_state s
LEFT JOIN server_journal j ON j.modseq > $1::bigint
ORDER BY j.modseq;
