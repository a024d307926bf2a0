-- When messages came to the mailbox they are in (RFC 8514).

-- name: save_dates
SELECT e.save_date
FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (uid, place)
LEFT JOIN entries e ON e.mailbox_id = $1::bigint AND e.uid = asked.uid
ORDER BY asked.place;

-- name: deleted_save_dates
SELECT x.expunged_at
FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (uid, place)
LEFT JOIN expunged x ON x.mailbox_id = $1::bigint AND x.deleted_uid = asked.uid
ORDER BY asked.place;

-- name: saved_between
-- $2 and $3 null: no such bound.
SELECT range_agg(int8range(uid, uid + 1))::text
FROM entries
WHERE mailbox_id = $1::bigint
  AND save_date >= coalesce($2::timestamptz, '-infinity')
  AND save_date < coalesce($3::timestamptz, 'infinity');

-- name: deleted_saved_between
SELECT range_agg(int8range(deleted_uid, deleted_uid + 1))::text
FROM expunged
WHERE mailbox_id = $1::bigint
  AND expunged_at >= coalesce($2::timestamptz, '-infinity')
  AND expunged_at < coalesce($3::timestamptz, 'infinity');
