-- Content: one row for each distinct one, its octets in chunks.

-- name: messages_put
-- repeatable
-- $1 to $11: an element for each message; $12 to $14: one for each chunk. A message may
-- be there already, or twice among them. They go in by their digests, so that two
-- statements never wait for each other. id null: somebody else is storing the same
-- content at this instant, and this statement's snapshot is too old to see it.
WITH added AS (
    INSERT INTO messages (sha256, size, header, envelope, bodystructure, parts, message_id,
                          sent_day, sent_at, sort_record, preview)
    SELECT *
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[],
                $7::bytea[], $8::bigint[], $9::timestamptz[], $10::bytea[], $11::bytea[])
             AS c (sha256, size, header, envelope, bodystructure, parts, message_id, sent_day, sent_at,
                   sort_record, preview)
    ORDER BY c.sha256
    ON CONFLICT (sha256) DO NOTHING
    RETURNING id, sha256
), chunk AS (
    INSERT INTO message_chunks (message_id, n, octets)
    SELECT added.id, c.n, c.octets
    FROM added
    JOIN unnest($12::bytea[], $13::bigint[], $14::bytea[]) AS c (sha256, n, octets)
        ON c.sha256 = added.sha256
    ON CONFLICT DO NOTHING
)
SELECT coalesce(added.id, m.id) AS id
FROM unnest($1) WITH ORDINALITY AS c (sha256, place)
LEFT JOIN added ON added.sha256 = c.sha256
LEFT JOIN LATERAL (SELECT m.id FROM messages m WHERE m.sha256 = c.sha256 OFFSET 0) m ON true
ORDER BY c.place;

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
       END AS octets,
       CASE WHEN $2 & 64 <> 0 THEN m.sort_record END AS sort_record,
       CASE WHEN $2 & 128 <> 0 THEN m.preview END AS preview
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
LEFT JOIN messages m ON m.id = wanted.id
ORDER BY wanted.place;

-- name: messages_keep_sort_records
-- Of messages that were stored without, or by another version.
UPDATE messages m
SET sort_record = c.sort_record
FROM unnest($1::bigint[], $2::bytea[]) AS c (id, sort_record)
WHERE m.id = c.id;

-- name: messages_keep_previews
-- Of messages that were stored without.
UPDATE messages m
SET preview = c.preview
FROM unnest($1::bigint[], $2::bytea[]) AS c (id, preview)
WHERE m.id = c.id;

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
