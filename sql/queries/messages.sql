-- Content: one row for each distinct one, its octets in chunks.

-- name: message_put_small
-- repeatable
-- No row: somebody else is storing the same content at this instant, and this
-- statement's snapshot is too old to see it.
WITH added AS (
    INSERT INTO messages (sha256, size, header, envelope, bodystructure, parts, message_id,
                          sent_day, sent_at)
    VALUES ($1::bytea, $2::bigint, $3::bytea, $4::bytea, $5::bytea, $6::bytea, $7::bytea,
            $8::integer, $9::timestamptz)
    ON CONFLICT (sha256) DO NOTHING
    RETURNING id
), chunk AS (
    INSERT INTO message_chunks (message_id, n, octets) SELECT id, 0, $10::bytea FROM added
)
SELECT id FROM added
UNION ALL
SELECT id FROM messages WHERE sha256 = $1;

-- name: messages_get
-- $2 says which columns are wanted (MESSAGE_HEADER …): others are not even read.
-- The octets are those of messages that fit one chunk (MESSAGE_CHUNK_SIZE).
SELECT coalesce(m.id, 0) AS id,
       CASE WHEN $2::integer & 1 <> 0 THEN m.header END AS header,
       CASE WHEN $2 & 2 <> 0 THEN m.envelope END AS envelope,
       CASE WHEN $2 & 4 <> 0 THEN m.bodystructure END AS bodystructure,
       CASE WHEN $2 & 8 <> 0 THEN m.parts END AS parts,
       CASE WHEN $2 & 16 <> 0 THEN m.sent_day END AS sent_day,
       CASE WHEN $2 & 32 <> 0 AND m.size <= 262144
            THEN (SELECT c.octets FROM message_chunks c WHERE c.message_id = m.id AND c.n = 0)
       END AS octets
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
LEFT JOIN messages m ON m.id = wanted.id
ORDER BY wanted.place;

-- name: message_chunks
SELECT octets
FROM message_chunks
WHERE message_id = $1::bigint AND n BETWEEN $2::integer AND $3::integer
ORDER BY n;

-- name: messages_first_chunks
SELECT c.octets
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
LEFT JOIN message_chunks c ON c.message_id = wanted.id AND c.n = 0
ORDER BY wanted.place;
