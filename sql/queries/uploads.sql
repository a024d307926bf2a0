-- Messages that arrive in several chunks.
--
-- Chunks are committed asynchronously. A crash of PostgreSQL may lose some of
-- them, so the end counts; and the id is flushed first, or it would be given to
-- somebody else after the crash.

-- name: upload_begin
INSERT INTO uploads (message_id) VALUES (nextval('messages_id_seq')) RETURNING message_id;

-- name: upload_put_chunk
-- repeatable
-- No row: the upload was given up meanwhile, and nothing is stored.
WITH mine AS (
    SELECT message_id FROM uploads WHERE message_id = $1::bigint
), chunk AS (
    INSERT INTO message_chunks (message_id, n, octets)
    SELECT message_id, $2::integer, $3::bytea FROM mine
    ON CONFLICT DO NOTHING
)
SELECT message_id FROM mine;

-- name: upload_finish
-- No row: the upload was given up, or chunks are missing. When the content was
-- there already, our chunks go; the id is null if this snapshot is too old to
-- see whose it is.
WITH mine AS (
    DELETE FROM uploads
    WHERE message_id = $1::bigint
      AND (SELECT sum(length(octets)) FROM message_chunks WHERE message_id = $1) = $3::bigint
    RETURNING message_id
), added AS (
    INSERT INTO messages (id, sha256, size, header, envelope, bodystructure, parts, message_id,
                          sent_day, sent_at, sort_record)
    SELECT mine.message_id, $2::bytea, $3::bigint, $4::bytea, $5::bytea, $6::bytea, $7::bytea,
           $8::bytea, $9::integer, $10::timestamptz, $11::bytea
    FROM mine
    ON CONFLICT (sha256) DO NOTHING
    RETURNING id
), dropped AS (
    DELETE FROM message_chunks c USING mine
    WHERE c.message_id = mine.message_id AND NOT EXISTS (SELECT FROM added)
)
SELECT coalesce((SELECT id FROM added), (SELECT id FROM messages WHERE sha256 = $2)) AS id
FROM mine;

-- name: message_find_content
SELECT id FROM messages WHERE sha256 = $1::bytea;

-- name: upload_abandon
WITH mine AS (
    DELETE FROM uploads WHERE message_id = $1::bigint RETURNING message_id
)
DELETE FROM message_chunks c USING mine WHERE c.message_id = mine.message_id;
