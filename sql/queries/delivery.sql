-- Mail that comes from outside.

-- name: delivery_is_duplicate
-- Whether a message with the Message-ID of the message $2 came into the mailbox in the last
-- $3 seconds. Looks at the youngest ones only, at the end of the key.
SELECT EXISTS (
    SELECT FROM (SELECT e.message_id, e.save_date
                 FROM entries e
                 WHERE e.mailbox_id = $1::bigint
                 ORDER BY e.uid DESC
                 LIMIT 1000) AS young
    JOIN messages m ON m.id = young.message_id
    WHERE young.save_date > now() - make_interval(secs => $3::bigint)
      AND m.message_id = (SELECT known.message_id FROM messages known WHERE known.id = $2::bigint)
);

-- Identifiers that scripts have met (RFC 7352).

-- name: identifier_is_seen
-- In the last $2 seconds.
SELECT EXISTS (SELECT FROM filter_identifiers
               WHERE digest = $1::bytea AND seen_at > now() - make_interval(secs => $2::bigint));

-- name: identifiers_make_room
-- The oldest of the user $1 or the mailbox $2 (the other is 0) beyond $3 go, some at a time.
DELETE FROM filter_identifiers
WHERE digest IN (SELECT i.digest
                 FROM filter_identifiers i
                 JOIN (SELECT digest FROM filter_identifiers
                       WHERE user_id = nullif($1::bigint, 0)
                       ORDER BY seen_at DESC OFFSET $3::bigint LIMIT 100) AS oldest
                      ON oldest.digest = i.digest
                 FOR UPDATE OF i SKIP LOCKED)
   OR digest IN (SELECT i.digest
                 FROM filter_identifiers i
                 JOIN (SELECT digest FROM filter_identifiers
                       WHERE mailbox_id = nullif($2::bigint, 0)
                       ORDER BY seen_at DESC OFFSET $3 LIMIT 100) AS oldest
                      ON oldest.digest = i.digest
                 FOR UPDATE OF i SKIP LOCKED);

-- name: identifiers_remember
-- Of the user $1 or the mailbox $2, the digests $3 for the seconds $4. Each that is remembered
-- has a row. $5: those that were seen before are seen again; else somebody was faster there, and
-- it has none. $6 the delivery.
INSERT INTO filter_identifiers AS known (digest, user_id, mailbox_id, expires_at, delivery_id)
SELECT i.digest, nullif($1::bigint, 0), nullif($2::bigint, 0),
       now() + make_interval(secs => i.seconds), $6::bigint
FROM unnest($3::bytea[], $4::bigint[]) AS i (digest, seconds)
ORDER BY i.digest
ON CONFLICT (digest) DO UPDATE
SET seen_at = EXCLUDED.seen_at, expires_at = greatest(known.expires_at, EXCLUDED.expires_at),
    delivery_id = EXCLUDED.delivery_id
WHERE $5::boolean OR known.seen_at <= now() - (EXCLUDED.expires_at - now())
RETURNING digest;

-- name: identifiers_find_delivery
SELECT EXISTS (SELECT FROM filter_identifiers WHERE digest = $1::bytea AND delivery_id = $2::bigint);

-- name: identifiers_sweep
DELETE FROM filter_identifiers
WHERE digest IN (SELECT digest FROM filter_identifiers
                 WHERE expires_at < now()
                 LIMIT $1::bigint
                 FOR UPDATE SKIP LOCKED)
RETURNING digest;
