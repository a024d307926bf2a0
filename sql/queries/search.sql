-- The search index. Blocks are read along their keys: the cost is that of the
-- one mailbox, whatever else is in the tables.

-- name: search_blocks_read
-- $5 columns as piece numbers, $6 buckets of $7 in all; each slice of a block
-- has an equal share of them.
SELECT b.first_uid, b.last_uid, b.slices, b.uids::text AS uids, p.number, p.octets
FROM (SELECT first_uid, last_uid, slices, uids
      FROM search_blocks
      WHERE mailbox_id = $1::bigint AND edition = $2::integer AND first_uid >= $3::bigint
      ORDER BY first_uid
      LIMIT $4::bigint) b
LEFT JOIN LATERAL (
    SELECT number, octets
    FROM search_pieces
    WHERE mailbox_id = $1 AND first_uid = b.first_uid
      AND number = ANY ($5::bigint[] || ARRAY(SELECT DISTINCT bucket * b.slices / $7::bigint
                                              FROM unnest($6::bigint[]) AS bucket))
    OFFSET 0) p ON true
ORDER BY b.first_uid;

-- name: search_due
SELECT s.mailbox_id
FROM mailbox_state s
JOIN mailboxes m ON m.id = s.mailbox_id
LEFT JOIN search_state x ON x.mailbox_id = s.mailbox_id AND x.edition >= $3::integer
WHERE s.mailbox_id > $1::bigint AND m.deleted_at IS NULL AND s.messages >= $2::bigint
  AND s.uidnext - 1 - coalesce(x.indexed_uid, 0) >= $2
ORDER BY s.mailbox_id
LIMIT $4::bigint;

-- name: search_claim
WITH claimed AS (
    INSERT INTO search_state AS s (mailbox_id, edition, leased_until)
    SELECT id, $2::integer, now() + $3::bigint * interval '1 millisecond'
    FROM mailboxes
    WHERE id = $1::bigint AND deleted_at IS NULL
    ON CONFLICT (mailbox_id) DO UPDATE
    SET generation = s.generation + 1, leased_until = EXCLUDED.leased_until, edition = $2,
        indexed_uid = CASE WHEN s.edition < $2 THEN 0 ELSE s.indexed_uid END
    WHERE s.leased_until < now() AND s.edition <= $2
    RETURNING generation, indexed_uid
), outdated AS (
    DELETE FROM search_blocks
    WHERE mailbox_id = $1 AND edition < $2 AND EXISTS (SELECT FROM claimed)
)
SELECT generation, indexed_uid FROM claimed;

-- name: search_release
UPDATE search_state SET leased_until = '-infinity'
WHERE mailbox_id = $1::bigint AND generation = $2::bigint;

-- name: search_blocks_list
SELECT first_uid, last_uid, messages, slices
FROM search_blocks
WHERE mailbox_id = $1::bigint
ORDER BY first_uid DESC
LIMIT $2::bigint;

-- name: search_block_load
SELECT b.first_uid, b.last_uid, b.slices, b.uids::text AS uids, p.number, p.octets
FROM search_blocks b
LEFT JOIN search_pieces p ON p.mailbox_id = b.mailbox_id AND p.first_uid = b.first_uid
WHERE b.mailbox_id = $1::bigint AND b.first_uid = $2::bigint;

-- name: search_advance
-- No row: somebody else has taken the mailbox over.
UPDATE search_state SET indexed_uid = greatest(indexed_uid, $3::bigint)
WHERE mailbox_id = $1::bigint AND generation = $2::bigint
RETURNING indexed_uid;

-- name: search_blocks_delete
DELETE FROM search_blocks
WHERE mailbox_id = $1::bigint AND first_uid BETWEEN $2::bigint AND $3::bigint;

-- name: search_block_insert
INSERT INTO search_blocks (mailbox_id, first_uid, last_uid, edition, messages, slices, uids)
SELECT $1::bigint, $2::bigint, $3::bigint, $4::integer, $5::integer, $6::integer,
       $7::int8multirange;

-- name: search_pieces_insert
INSERT INTO search_pieces (mailbox_id, first_uid, number, octets)
SELECT $1::bigint, $2::bigint, p.number, p.octets
FROM unnest($3::bigint[], $4::bytea[]) AS p (number, octets);

-- name: search_worn_find
SELECT b.mailbox_id, b.first_uid, b.uids::text AS uids, (b.uids * there.uids)::text AS kept
FROM (SELECT mailbox_id, first_uid, last_uid, uids
      FROM search_blocks
      WHERE checked_at < now() - $1::bigint * interval '1 hour'
      ORDER BY checked_at
      LIMIT 1) b
CROSS JOIN LATERAL (
    SELECT coalesce(range_agg(int8range(u.uid, u.uid + 1)), '{}') AS uids
    FROM (SELECT uid FROM entries
          WHERE mailbox_id = b.mailbox_id AND uid BETWEEN b.first_uid AND b.last_uid
          UNION ALL
          SELECT uid FROM expunged
          WHERE mailbox_id = b.mailbox_id AND uid BETWEEN b.first_uid AND b.last_uid) u
    OFFSET 0) there;

-- name: search_worn_done
UPDATE search_blocks SET checked_at = now()
WHERE mailbox_id = $1::bigint AND first_uid = $2::bigint;
