-- What was expunged: to be found and given back (store/undelete.h, store/change.h).

-- name: expunged_find
-- Of mailbox $1, UIDs from $2 on, up to $3 rows; $4 to $7: who expunged it, since, until,
-- UIDs; null: any. What the journal does not know any more has no actor.
SELECT x.uid, x.message_id, x.flags, x.size, x.internal_date, x.expunged_at, x.modseq,
       j.actor, j.client
FROM expunged x
LEFT JOIN journal j ON j.mailbox_id = x.mailbox_id AND j.modseq = x.modseq
WHERE x.mailbox_id = $1::bigint AND x.uid >= $2::bigint
  AND ($4::text IS NULL OR j.actor = $4)
  AND ($5::timestamptz IS NULL OR x.expunged_at >= $5)
  AND ($6::timestamptz IS NULL OR x.expunged_at < $6)
  AND ($7::int8multirange IS NULL OR $7 @> x.uid)
ORDER BY x.uid
LIMIT $3::bigint;

-- name: change_restore
-- As those of change.sql. $1 and $2 are the destination, $6 and $7 the source, $8 UIDs
-- there, $9 the flags of each in the destination, or null: those it had; $10 the flags
-- that may be given. $11: UIDs are those of Recently Deleted. Content is locked before
-- what refers to it goes, as the sweep does it.
-- In the mailbox where they were, messages are \Seen again for whom they were; each
-- user's is a journal row of its own. A second mailbox learns from its own journal that
-- something has left.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), source AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($6::bigint, $7::bigint)
), found AS MATERIALIZED (
    SELECT x.place, x.message_id, wanted.uid, wanted.flags
    FROM mailbox
    CROSS JOIN source
    CROSS JOIN LATERAL unnest($8::bigint[], $9::bigint[]) AS wanted (uid, flags)
    CROSS JOIN LATERAL (SELECT x.ctid AS place, x.message_id FROM expunged x
                        WHERE NOT $11::boolean AND x.mailbox_id = $6 AND x.uid = wanted.uid
                        UNION ALL
                        SELECT x.ctid, x.message_id FROM expunged x
                        WHERE $11 AND x.mailbox_id = $6 AND x.deleted_uid = wanted.uid
                        OFFSET 0) x
    WHERE NOT mailbox.stale AND NOT source.stale
), content AS MATERIALIZED (
    SELECT id FROM messages WHERE id IN (SELECT message_id FROM found) ORDER BY id FOR KEY SHARE
), gone AS (
    DELETE FROM expunged x
    USING found, content
    WHERE x.ctid = found.place AND content.id = found.message_id
    RETURNING found.uid AS asked_uid, x.deleted_uid, x.uid AS old_uid, x.modseq AS old_modseq,
              x.message_id, x.size, x.internal_date, x.save_date,
              coalesce(found.flags, x.flags) & $10::bigint & ~ 8::bigint AS flags
), item AS MATERIALIZED (
    SELECT gone.asked_uid, gone.deleted_uid, gone.old_uid, gone.old_modseq, gone.message_id,
           gone.size, gone.internal_date,
           CASE WHEN $1 = $6 THEN gone.save_date END AS save_date,
           mailbox.uidnext - 1 + row_number() OVER (ORDER BY gone.asked_uid) AS uid,
           CASE WHEN mailbox.seen_per_user THEN gone.flags & ~ 1::bigint ELSE gone.flags END AS flags,
           mailbox.seen_per_user AND $5::bigint <> 0 AND gone.flags & 1 = 1 AS seen_by_actor
    FROM gone, mailbox
), seen AS MATERIALIZED (
    SELECT user_id, row_number() OVER (ORDER BY user_id) AS place,
           range_agg(int8range(uid, uid + 1)) AS uids
    FROM (SELECT $5 AS user_id, uid FROM item WHERE seen_by_actor
          UNION
          SELECT u.id, item.uid
          FROM mailbox
          CROSS JOIN item
          JOIN expunged_seen s ON s.mailbox_id = $6 AND s.modseq = item.old_modseq
                              AND s.uids @> item.old_uid
          JOIN users u ON u.id = ANY (s.user_ids)
          WHERE mailbox.seen_per_user AND $1 = $6) AS known
    GROUP BY user_id
), total AS MATERIALIZED (
    SELECT count(*) AS messages, coalesce(sum(size), 0)::bigint AS bytes,
           count(*) FILTER (WHERE flags & 1 <> 0) AS seen,
           range_agg(int8range(uid, uid + 1)) AS uids,
           range_agg(int8range(old_uid, old_uid + 1)) AS old_uids,
           range_agg(int8range(deleted_uid, deleted_uid + 1)) AS deleted_uids,
           range_agg(int8range(asked_uid, asked_uid + 1)) AS asked_uids,
           (SELECT count(*) FROM seen) AS readers
    FROM item
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date, save_date)
    SELECT $1, item.uid, item.message_id, item.flags, mailbox.modseq, item.size, item.internal_date,
           coalesce(item.save_date, now())
    FROM item, mailbox
), page AS (
    INSERT INTO seen_pages AS p (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, seen.user_id, m.page, m.mask, mailbox.modseq + seen.place
    FROM mailbox, seen, seen_masks(seen.uids) m
    ON CONFLICT (mailbox_id, user_id, page)
    DO UPDATE SET bits = p.bits | EXCLUDED.bits, modseq = EXCLUDED.modseq
), source_state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1, rights_modseq = s.highest_modseq + 1,
        recently_deleted = s.recently_deleted - total.messages
    FROM total
    WHERE s.mailbox_id = $6 AND $1 <> $6 AND total.messages > 0
), state AS (
    UPDATE mailbox_state s
    SET uidnext = s.uidnext + total.messages,
        highest_modseq = s.highest_modseq + 1 + total.readers,
        messages = s.messages + total.messages, bytes = s.bytes + total.bytes,
        seen = s.seen + total.seen,
        recently_deleted = s.recently_deleted - CASE WHEN $1 = $6 THEN total.messages ELSE 0 END
    FROM total
    WHERE s.mailbox_id = $1 AND total.messages > 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, user_id, actor, client, detail,
                         other_id, other_uids, deleted_uids, change_id)
    SELECT $1, mailbox.modseq, 'append', total.uids, 0, NULL::bigint, $3::text, $4::text,
           'given back', $6, total.old_uids, CASE WHEN $1 = $6 THEN total.deleted_uids END,
           $12::bigint
    FROM mailbox, total
    WHERE total.messages > 0
    UNION ALL
    SELECT $1, mailbox.modseq + seen.place, 'seen', seen.uids, 1, seen.user_id, $3, $4,
           'given back', NULL, NULL, NULL, NULL
    FROM mailbox, seen
    UNION ALL
    SELECT $6, source.modseq, 'mailbox', NULL, 0, NULL, $3, $4, 'given back', $1, total.uids,
           total.deleted_uids, NULL
    FROM source, total
    WHERE total.messages > 0 AND $1 <> $6
)
SELECT mailbox.stale OR source.stale AS stale, mailbox.uidvalidity,
       CASE WHEN total.messages > 0 THEN mailbox.modseq END AS modseq,
       total.uids::text AS uids, NULL::text AS seen_uids,
       CASE WHEN total.messages > 0 AND $1 <> $6 THEN source.modseq END AS source_modseq,
       total.asked_uids::text AS source_uids
FROM mailbox, source, total;

-- name: mailboxes_deleted
-- '-infinity' is no deletion but a rename under way.
SELECT m.id, m.deleted_at, s.messages, j.actor, j.client
FROM mailboxes m
JOIN mailbox_state s ON s.mailbox_id = m.id
LEFT JOIN journal j ON j.mailbox_id = m.id AND j.modseq = s.highest_modseq
WHERE coalesce(m.owner_id, 0) = $1::bigint AND m.name = $2::text AND m.deleted_at > '-infinity'
ORDER BY m.deleted_at DESC, m.id DESC;

-- name: mailbox_undelete
-- Whose state the transaction has locked. No row: it is not deleted. Its quota root is that
-- of the tree it comes back to, as after a rename.
WITH back AS (
    UPDATE mailboxes
    SET deleted_at = NULL, owner_id = nullif($2::bigint, 0), name = $3::text,
        (quota_root_id, quota_top_id) =
            (SELECT q.new_root_id, q.new_top_id
             FROM quota_carried(mailboxes.quota_root_id, mailboxes.quota_top_id, $2, $3) q)
    WHERE id = $1::bigint AND deleted_at > '-infinity'
    RETURNING id, name
), state AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT id FROM back)
    RETURNING mailbox_id, highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT state.mailbox_id, state.highest_modseq, 'mailbox', $4::text, $5::text,
           'undeleted ' || back.name
    FROM state, back
)
SELECT highest_modseq FROM state;

-- name: mailbox_retention
SELECT retention_days FROM mailboxes WHERE id = $1::bigint AND deleted_at IS NULL;

-- name: mailbox_set_retention
-- Whose state the transaction has locked; $2 null: as long as the configuration says.
WITH mailbox AS (
    SELECT m.id, m.retention_days AS before, s.highest_modseq
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    WHERE m.id = $1::bigint AND m.deleted_at IS NULL
), changed AS (
    UPDATE mailboxes m SET retention_days = $2::integer
    FROM mailbox
    WHERE m.id = mailbox.id AND mailbox.before IS DISTINCT FROM $2
    RETURNING m.id, mailbox.before
), state AS (
    UPDATE mailbox_state
    SET highest_modseq = highest_modseq + 1, rights_modseq = highest_modseq + 1
    WHERE mailbox_id IN (SELECT id FROM changed)
    RETURNING highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT changed.id, state.highest_modseq, 'mailbox', $3::text, $4::text,
           format('retention: %s -> %s', coalesce(changed.before || 'd', 'default'),
                  coalesce($2 || 'd', 'default'))
    FROM changed, state
)
SELECT coalesce((SELECT highest_modseq FROM state), mailbox.highest_modseq) FROM mailbox;
