-- Changing mailboxes: store/change.h. lock_mailboxes comes first, so that each of
-- the other statements starts from a snapshot that nobody can overtake.
--
-- All answer with (stale, uidvalidity, modseq, uids ...); no row: the mailbox is
-- gone; modseq null: nothing changed, nothing was written. UIDs are sought by
-- range, which the key serves for one message as well as for all of them; OFFSET 0
-- keeps the planner from starting at the other end. The lock keeps the rows
-- where they were found, so that they are changed by ctid. The last parameter is
-- the id of the change, which its journal rows keep.

-- name: lock_mailboxes
SELECT mailbox_id FROM mailbox_state
WHERE mailbox_id = ANY ($1::bigint[])
ORDER BY mailbox_id
FOR UPDATE;

-- name: change_append
-- $3 actor, $4 client, $5 whose \Seen, then an array for each column of the new
-- entries and $10, the seals of content that nothing refers to yet: when a crash has
-- lost some of it (and may have given its id to another message), nothing happens.
-- Where \Seen is per user it gets a journal row of its own, private to that user.
-- $11 and $12: the mailbox that they are copied from and their UIDs there, or null.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), loss AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM unnest($6::bigint[], $10::bigint[]) AS i (message_id, seal)
                   WHERE i.seal <> 0
                     AND NOT EXISTS (SELECT FROM messages m
                                     WHERE m.id = i.message_id
                                       AND substr(m.sha256, 1, 8) = int8send(i.seal)
                                     OFFSET 0)) AS is_there
), item AS MATERIALIZED (
    SELECT mailbox.uidnext + i.place - 1 AS uid, i.message_id, i.size, i.internal_date,
           CASE WHEN mailbox.seen_per_user THEN i.flags & ~ 1::bigint ELSE i.flags END AS flags,
           mailbox.seen_per_user AND $5::bigint <> 0 AND i.flags & 1 = 1 AS seen_by_user
    FROM mailbox, loss,
         unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[])
             WITH ORDINALITY AS i (message_id, size, flags, internal_date, place)
    WHERE NOT mailbox.stale AND NOT loss.is_there
), total AS MATERIALIZED (
    SELECT count(*) AS messages, coalesce(sum(size), 0)::bigint AS bytes,
           count(*) FILTER (WHERE flags & 8 <> 0) AS deleted,
           count(*) FILTER (WHERE flags & 1 <> 0) AS seen,
           range_agg(int8range(uid, uid + 1)) AS uids,
           range_agg(int8range(uid, uid + 1)) FILTER (WHERE seen_by_user) AS seen_uids
    FROM item
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT $1, item.uid, item.message_id, item.flags, mailbox.modseq, item.size, item.internal_date
    FROM item, mailbox
), page AS (
    INSERT INTO seen_pages AS p (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, $5, m.page, m.mask, mailbox.modseq + 1
    FROM mailbox, total, seen_masks(total.seen_uids) m
    ON CONFLICT (mailbox_id, user_id, page)
    DO UPDATE SET bits = p.bits | EXCLUDED.bits, modseq = EXCLUDED.modseq
), state AS (
    UPDATE mailbox_state s
    SET uidnext = s.uidnext + total.messages,
        highest_modseq = s.highest_modseq + 1 + (total.seen_uids IS NOT NULL)::integer,
        messages = s.messages + total.messages, bytes = s.bytes + total.bytes,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM total
    WHERE s.mailbox_id = $1 AND total.messages > 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, user_id, actor, client,
                         detail, other_id, other_uids, change_id)
    SELECT $1, mailbox.modseq, 'append', total.uids, 0, NULL::bigint, $3::text, $4::text,
           CASE WHEN $11::bigint IS NOT NULL THEN 'copied' END, $11, $12::int8multirange,
           $13::bigint
    FROM mailbox, total
    WHERE total.messages > 0
    UNION ALL
    SELECT $1, mailbox.modseq + 1, 'seen', total.seen_uids, 1, $5, $3, $4, NULL, NULL, NULL, $13
    FROM mailbox, total
    WHERE total.seen_uids IS NOT NULL
)
SELECT mailbox.stale, mailbox.uidvalidity,
       CASE WHEN total.messages > 0 THEN mailbox.modseq END AS modseq,
       total.uids::text AS uids, total.seen_uids::text AS seen_uids
FROM mailbox, total;

-- name: change_flags
-- $6 cleared, $7 set. With the mailbox at modseq $8 it is known that of $5 exactly $9
-- change, and the counters of \Deleted and \Seen by $10 and $11; at another, or for
-- $8 = 0, that is found out. $12: most messages from the first to the last of $9 change.
-- Then they are gone through without a join, which takes a sixth less time.
WITH mailbox AS MATERIALIZED (
    SELECT *, NOT stale AND modseq - 1 = $8::bigint AS known
    FROM mailbox_to_change($1::bigint, $2::bigint)
), found AS MATERIALIZED (
    SELECT e.ctid AS place, e.uid, e.flags AS old, (e.flags & ~ $6::bigint) | $7::bigint AS new
    FROM mailbox
    CROSS JOIN LATERAL unnest($5::int8multirange) AS r
    CROSS JOIN LATERAL (SELECT e.ctid, e.uid, e.flags FROM entries e
                        WHERE e.mailbox_id = $1 AND e.uid >= lower(r) AND e.uid < upper(r)
                        OFFSET 0) e
    WHERE NOT mailbox.stale AND NOT mailbox.known AND e.flags <> ((e.flags & ~ $6) | $7)
), counted AS MATERIALIZED (
    SELECT count(*) FILTER (WHERE new & 8 <> 0) - count(*) FILTER (WHERE old & 8 <> 0) AS deleted,
           count(*) FILTER (WHERE new & 1 <> 0) - count(*) FILTER (WHERE old & 1 <> 0) AS seen,
           range_agg(int8range(uid, uid + 1)) AS uids
    FROM found
), total AS MATERIALIZED (
    SELECT CASE WHEN mailbox.known THEN nullif($9::int8multirange, '{}') ELSE counted.uids END AS uids,
           CASE WHEN mailbox.known THEN $10::bigint ELSE counted.deleted END AS deleted,
           CASE WHEN mailbox.known THEN $11::bigint ELSE counted.seen END AS seen
    FROM mailbox, counted
), changed AS (
    UPDATE entries e
    SET flags = found.new, modseq = (SELECT modseq FROM mailbox)
    FROM found
    WHERE e.ctid = found.place
), changed_as_known AS (
    UPDATE entries e
    SET flags = (e.flags & ~ $6) | $7, modseq = (SELECT modseq FROM mailbox)
    FROM unnest($9) AS r
    WHERE (SELECT known AND NOT $12::boolean FROM mailbox)
      AND e.mailbox_id = $1 AND e.uid >= lower(r) AND e.uid < upper(r)
), changed_in_a_row AS (
    UPDATE entries e
    SET flags = (e.flags & ~ $6) | $7, modseq = (SELECT modseq FROM mailbox)
    WHERE (SELECT known AND $12 FROM mailbox)
      AND e.mailbox_id = $1 AND e.uid >= lower($9) AND e.uid < upper($9)
      AND ((SELECT $9 = multirange(range_merge($9))) OR $9 @> e.uid)
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM total
    WHERE s.mailbox_id = $1 AND total.uids IS NOT NULL
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_cleared, flags_set, actor, client,
                         change_id)
    SELECT $1, mailbox.modseq, 'flags', total.uids, $6, $7, $3::text, $4::text, $13::bigint
    FROM mailbox, total
    WHERE total.uids IS NOT NULL
)
SELECT mailbox.stale, mailbox.uidvalidity,
       CASE WHEN total.uids IS NOT NULL THEN mailbox.modseq END AS modseq, total.uids::text AS uids
FROM mailbox, total;

-- name: change_seen
-- $6 the user, $7 true: seen, false: not. Ranges are cut at the pages, so that
-- each piece looks at one page of bits and one stretch of the key. $8 and $9 as in
-- change_flags.
WITH mailbox AS MATERIALIZED (
    SELECT *, NOT stale AND modseq - 1 = $8::bigint AS known
    FROM mailbox_to_change($1::bigint, $2::bigint)
), piece AS MATERIALIZED (
    SELECT page, greatest(lower(r), page * 8192) AS first,
           least(upper(r), (page + 1) * 8192, mailbox.uidnext) AS last
    FROM mailbox
    CROSS JOIN LATERAL unnest($5::int8multirange) AS r
    CROSS JOIN LATERAL generate_series(lower(r) / 8192,
                                       (least(upper(r), mailbox.uidnext) - 1) / 8192) AS page
    WHERE NOT mailbox.stale AND NOT mailbox.known
), found AS MATERIALIZED (
    SELECT range_agg(int8range(e.uid, e.uid + 1)) AS uids
    FROM piece
    LEFT JOIN LATERAL (SELECT p.bits FROM seen_pages p
                       WHERE p.mailbox_id = $1 AND p.user_id = $6::bigint
                         AND p.page = piece.page::integer
                       OFFSET 0) p ON true
    CROSS JOIN LATERAL (SELECT e.uid FROM entries e
                        WHERE e.mailbox_id = $1 AND e.uid >= piece.first AND e.uid < piece.last
                        OFFSET 0) e
    WHERE coalesce(get_bit(p.bits, (e.uid % 8192)::integer), 0) <> $7::boolean::integer
), total AS MATERIALIZED (
    SELECT CASE WHEN mailbox.known THEN nullif($9::int8multirange, '{}') ELSE found.uids END AS uids
    FROM mailbox, found
), marked AS (
    INSERT INTO seen_pages AS p (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, $6, m.page, m.mask, mailbox.modseq
    FROM mailbox, total, seen_masks(total.uids) m
    WHERE $7
    ON CONFLICT (mailbox_id, user_id, page)
    DO UPDATE SET bits = p.bits | EXCLUDED.bits, modseq = EXCLUDED.modseq
), cleared AS (
    UPDATE seen_pages p SET bits = p.bits & ~ m.mask, modseq = mailbox.modseq
    FROM mailbox, total, seen_masks(total.uids) m
    WHERE NOT $7 AND p.mailbox_id = $1 AND p.user_id = $6 AND p.page = m.page
), state AS (
    UPDATE mailbox_state s SET highest_modseq = s.highest_modseq + 1
    FROM total
    WHERE s.mailbox_id = $1 AND total.uids IS NOT NULL
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_cleared, flags_set, user_id, actor, client,
                         change_id)
    SELECT $1, mailbox.modseq, 'seen', total.uids, (NOT $7)::integer, $7::integer, $6, $3::text,
           $4::text, $10::bigint
    FROM mailbox, total
    WHERE total.uids IS NOT NULL
)
SELECT mailbox.stale, mailbox.uidvalidity,
       CASE WHEN total.uids IS NOT NULL THEN mailbox.modseq END AS modseq, total.uids::text AS uids
FROM mailbox, total;

-- name: change_expunge
-- $6: only those with \Deleted.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), found AS MATERIALIZED (
    SELECT e.place
    FROM mailbox
    CROSS JOIN LATERAL unnest($5::int8multirange) AS r
    CROSS JOIN LATERAL (SELECT e.ctid AS place FROM entries e
                        WHERE e.mailbox_id = $1 AND e.uid >= lower(r) AND e.uid < upper(r)
                          AND (NOT $6::boolean OR e.flags & 8 <> 0)
                        OFFSET 0) e
    WHERE NOT mailbox.stale
), gone AS (
    DELETE FROM entries e
    USING found
    WHERE e.ctid = found.place
    RETURNING e.uid, e.message_id, e.flags, e.size, e.internal_date, e.save_date
), kept AS (
    INSERT INTO expunged (mailbox_id, uid, message_id, flags, size, internal_date, save_date, modseq,
                          deleted_uid)
    SELECT $1, gone.uid, gone.message_id, gone.flags, gone.size, gone.internal_date, gone.save_date,
           mailbox.modseq, mailbox.deleted_uidnext - 1 + row_number() OVER ()
    FROM gone, mailbox
), total AS MATERIALIZED (
    SELECT count(*) AS messages, coalesce(sum(size), 0)::bigint AS bytes,
           count(*) FILTER (WHERE flags & 8 <> 0) AS deleted,
           count(*) FILTER (WHERE flags & 1 <> 0) AS seen,
           range_agg(int8range(uid, uid + 1)) AS uids
    FROM gone
), page AS MATERIALIZED (
    SELECT p.place, p.user_id, m.page, m.mask, p.bits & m.mask AS bits
    FROM total
    CROSS JOIN LATERAL seen_masks(total.uids) m
    CROSS JOIN LATERAL (SELECT p.ctid AS place, p.user_id, p.bits FROM seen_pages p
                        WHERE p.mailbox_id = $1 AND p.page = m.page
                        OFFSET 0) p
    WHERE bit_count(p.bits & m.mask) > 0
), cleared AS (
    UPDATE seen_pages p SET bits = p.bits & ~ page.mask
    FROM page
    WHERE p.ctid = page.place
), seen_kept AS (
    INSERT INTO expunged_seen (mailbox_id, modseq, uids, user_ids)
    SELECT $1, (SELECT modseq FROM mailbox), seen.uids, array_agg(seen.user_id)
    FROM (SELECT page.user_id, range_agg(part.uids) AS uids
          FROM page, total
          CROSS JOIN LATERAL (SELECT CASE WHEN page.bits = page.mask THEN page_uids(page.page, total.uids)
                                          ELSE seen_uids(page.page, page.bits, total.uids) END AS uids) part
          GROUP BY page.user_id) seen
    GROUP BY seen.uids
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1,
        messages = s.messages - total.messages, bytes = s.bytes - total.bytes,
        deleted = s.deleted - total.deleted, seen = s.seen - total.seen,
        deleted_uidnext = s.deleted_uidnext + total.messages,
        recently_deleted = s.recently_deleted + total.messages
    FROM total
    WHERE s.mailbox_id = $1 AND total.messages > 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, actor, client, change_id)
    SELECT $1, mailbox.modseq, 'expunge', total.uids, $3::text, $4::text, $7::bigint
    FROM mailbox, total
    WHERE total.messages > 0
)
SELECT mailbox.stale, mailbox.uidvalidity,
       CASE WHEN total.messages > 0 THEN mailbox.modseq END AS modseq, total.uids::text AS uids
FROM mailbox, total;

-- name: change_move
-- $1 and $2 are the destination, $6 and $7 the source, $8 UIDs there, $9 the flags of
-- each in the destination. The message lives on, so nothing goes to `expunged`.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), source AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($6::bigint, $7::bigint)
), found AS MATERIALIZED (
    SELECT e.place, wanted.flags
    FROM mailbox
    CROSS JOIN source
    CROSS JOIN LATERAL unnest($8::bigint[], $9::bigint[]) AS wanted (uid, flags)
    CROSS JOIN LATERAL (SELECT e.ctid AS place FROM entries e
                        WHERE e.mailbox_id = $6 AND e.uid = wanted.uid
                        OFFSET 0) e
    WHERE NOT mailbox.stale AND NOT source.stale
), gone AS (
    DELETE FROM entries e
    USING found
    WHERE e.ctid = found.place
    RETURNING e.uid, e.message_id, e.flags AS old_flags, e.size, e.internal_date, found.flags
), item AS MATERIALIZED (
    SELECT gone.uid AS old_uid, gone.old_flags, gone.message_id, gone.size, gone.internal_date,
           mailbox.uidnext - 1 + row_number() OVER (ORDER BY gone.uid) AS uid,
           CASE WHEN mailbox.seen_per_user THEN gone.flags & ~ 1::bigint ELSE gone.flags END AS flags,
           mailbox.seen_per_user AND $5::bigint <> 0 AND gone.flags & 1 = 1 AS seen_by_user
    FROM gone, mailbox
), total AS MATERIALIZED (
    SELECT count(*) AS messages, coalesce(sum(size), 0)::bigint AS bytes,
           count(*) FILTER (WHERE flags & 8 <> 0) AS deleted,
           count(*) FILTER (WHERE flags & 1 <> 0) AS seen,
           count(*) FILTER (WHERE old_flags & 8 <> 0) AS old_deleted,
           count(*) FILTER (WHERE old_flags & 1 <> 0) AS old_seen,
           range_agg(int8range(uid, uid + 1)) AS uids,
           range_agg(int8range(old_uid, old_uid + 1)) AS old_uids,
           range_agg(int8range(uid, uid + 1)) FILTER (WHERE seen_by_user) AS seen_uids
    FROM item
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT $1, item.uid, item.message_id, item.flags, mailbox.modseq, item.size, item.internal_date
    FROM item, mailbox
), old_page AS (
    UPDATE seen_pages p SET bits = p.bits & ~ m.mask
    FROM total, seen_masks(total.old_uids) m
    WHERE p.mailbox_id = $6 AND p.page = m.page AND bit_count(p.bits & m.mask) > 0
), page AS (
    INSERT INTO seen_pages AS p (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, $5, m.page, m.mask, mailbox.modseq + 1
    FROM mailbox, total, seen_masks(total.seen_uids) m
    ON CONFLICT (mailbox_id, user_id, page)
    DO UPDATE SET bits = p.bits | EXCLUDED.bits, modseq = EXCLUDED.modseq
), source_state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1,
        messages = s.messages - total.messages, bytes = s.bytes - total.bytes,
        deleted = s.deleted - total.old_deleted, seen = s.seen - total.old_seen
    FROM total
    WHERE s.mailbox_id = $6 AND total.messages > 0
), state AS (
    UPDATE mailbox_state s
    SET uidnext = s.uidnext + total.messages,
        highest_modseq = s.highest_modseq + 1 + (total.seen_uids IS NOT NULL)::integer,
        messages = s.messages + total.messages, bytes = s.bytes + total.bytes,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM total
    WHERE s.mailbox_id = $1 AND total.messages > 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, user_id, actor, client, detail,
                         other_id, other_uids, change_id)
    SELECT $6, source.modseq, 'expunge', total.old_uids, 0, NULL::bigint, $3::text, $4::text,
           'moved', $1, total.uids, $10::bigint
    FROM source, total
    WHERE total.messages > 0
    UNION ALL
    SELECT $1, mailbox.modseq, 'append', total.uids, 0, NULL::bigint, $3, $4, 'moved', $6,
           total.old_uids, $10
    FROM mailbox, total
    WHERE total.messages > 0
    UNION ALL
    SELECT $1, mailbox.modseq + 1, 'seen', total.seen_uids, 1, $5, $3, $4, NULL, NULL, NULL, $10
    FROM mailbox, total
    WHERE total.seen_uids IS NOT NULL
)
SELECT mailbox.stale OR source.stale AS stale, mailbox.uidvalidity,
       CASE WHEN total.messages > 0 THEN mailbox.modseq END AS modseq,
       total.uids::text AS uids, total.seen_uids::text AS seen_uids,
       CASE WHEN total.messages > 0 THEN source.modseq END AS source_modseq,
       total.old_uids::text AS source_uids
FROM mailbox, source, total;

-- name: change_move_within
-- change_move where both are the same mailbox: messages get new UIDs. Its journal has the rows
-- one after the other, and a page of \Seen may be touched only once.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), source AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($6::bigint, $7::bigint)
), found AS MATERIALIZED (
    SELECT e.place, wanted.flags
    FROM mailbox
    CROSS JOIN source
    CROSS JOIN LATERAL unnest($8::bigint[], $9::bigint[]) AS wanted (uid, flags)
    CROSS JOIN LATERAL (SELECT e.ctid AS place FROM entries e
                        WHERE e.mailbox_id = $1 AND e.uid = wanted.uid
                        OFFSET 0) e
    WHERE NOT mailbox.stale AND NOT source.stale
), gone AS (
    DELETE FROM entries e
    USING found
    WHERE e.ctid = found.place
    RETURNING e.uid, e.message_id, e.flags AS old_flags, e.size, e.internal_date, found.flags
), item AS MATERIALIZED (
    SELECT gone.uid AS old_uid, gone.old_flags, gone.message_id, gone.size, gone.internal_date,
           mailbox.uidnext - 1 + row_number() OVER (ORDER BY gone.uid) AS uid,
           CASE WHEN mailbox.seen_per_user THEN gone.flags & ~ 1::bigint ELSE gone.flags END AS flags,
           mailbox.seen_per_user AND $5::bigint <> 0 AND gone.flags & 1 = 1 AS seen_by_user
    FROM gone, mailbox
), total AS MATERIALIZED (
    SELECT count(*) AS messages,
           count(*) FILTER (WHERE flags & 8 <> 0) - count(*) FILTER (WHERE old_flags & 8 <> 0)
               AS deleted,
           count(*) FILTER (WHERE flags & 1 <> 0) - count(*) FILTER (WHERE old_flags & 1 <> 0) AS seen,
           range_agg(int8range(uid, uid + 1)) AS uids,
           range_agg(int8range(old_uid, old_uid + 1)) AS old_uids,
           range_agg(int8range(uid, uid + 1)) FILTER (WHERE seen_by_user) AS seen_uids,
           coalesce(bool_or(seen_by_user), false)::integer AS seen_rows
    FROM item
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT $1, item.uid, item.message_id, item.flags, mailbox.modseq, item.size, item.internal_date
    FROM item, mailbox
), mark AS MATERIALIZED (
    SELECT m.page, m.mask, mailbox.modseq + 1 AS modseq
    FROM mailbox, total, seen_masks(total.seen_uids) m
), page AS MATERIALIZED (
    SELECT p.place, p.user_id, p.page, p.bits & ~ m.mask AS bits
    FROM total
    CROSS JOIN LATERAL seen_masks(total.old_uids) m
    CROSS JOIN LATERAL (SELECT p.ctid AS place, p.user_id, p.page, p.bits FROM seen_pages p
                        WHERE p.mailbox_id = $1 AND p.page = m.page
                        OFFSET 0) p
    WHERE bit_count(p.bits & m.mask) > 0
), cleared AS (
    UPDATE seen_pages p
    SET bits = page.bits | coalesce(mark.mask, B'0'::bit(8192)),
        modseq = coalesce(mark.modseq, p.modseq)
    FROM page
    LEFT JOIN mark ON page.user_id = $5 AND mark.page = page.page
    WHERE p.ctid = page.place
), marked AS (
    INSERT INTO seen_pages AS p (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, $5, mark.page, mark.mask, mark.modseq
    FROM mark
    WHERE NOT EXISTS (SELECT FROM page WHERE page.user_id = $5 AND page.page = mark.page)
    ON CONFLICT (mailbox_id, user_id, page)
    DO UPDATE SET bits = p.bits | EXCLUDED.bits, modseq = EXCLUDED.modseq
), state AS (
    UPDATE mailbox_state s
    SET uidnext = s.uidnext + total.messages,
        highest_modseq = s.highest_modseq + 2 + total.seen_rows,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM total
    WHERE s.mailbox_id = $1 AND total.messages > 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, user_id, actor, client, detail,
                         other_id, other_uids, change_id)
    SELECT $1, mailbox.modseq, 'append', total.uids, 0, NULL::bigint, $3::text, $4::text, 'moved',
           $1, total.old_uids, $10::bigint
    FROM mailbox, total
    WHERE total.messages > 0
    UNION ALL
    SELECT $1, mailbox.modseq + 1, 'seen', total.seen_uids, 1, $5, $3, $4, NULL, NULL, NULL, $10
    FROM mailbox, total
    WHERE total.seen_rows > 0
    UNION ALL
    SELECT $1, mailbox.modseq + 1 + total.seen_rows, 'expunge', total.old_uids, 0, NULL, $3, $4,
           'moved', $1, total.uids, $10
    FROM mailbox, total
    WHERE total.messages > 0
)
SELECT mailbox.stale OR source.stale AS stale, mailbox.uidvalidity,
       CASE WHEN total.messages > 0 THEN mailbox.modseq END AS modseq,
       total.uids::text AS uids, total.seen_uids::text AS seen_uids,
       CASE WHEN total.messages > 0 THEN mailbox.modseq + 1 + total.seen_rows END AS source_modseq,
       total.old_uids::text AS source_uids
FROM mailbox, source, total;

-- name: change_replace
-- REPLACE (RFC 8508): a message comes to $1, with rights as of $2, and UID $8 of $6, which may
-- be the same mailbox, goes to `expunged`. $9 to $13 are of the new message what change_append
-- has arrays of. When the old one is gone already, nothing happens, and source_uids is null.
-- One mailbox has the rows of its journal one after the other, and a page of \Seen may be
-- touched only once.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), source AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($6::bigint, $7::bigint)
), found AS MATERIALIZED (
    SELECT e.*, $13::bigint = 0 OR m.id IS NOT NULL AS has_content
    FROM mailbox
    CROSS JOIN source
    CROSS JOIN LATERAL (SELECT e.ctid AS place, e.uid, e.message_id, e.flags, e.size,
                               e.internal_date, e.save_date
                        FROM entries e
                        WHERE e.mailbox_id = $6 AND e.uid = $8::bigint
                        OFFSET 0) e
    LEFT JOIN messages m ON m.id = $9::bigint AND substr(m.sha256, 1, 8) = int8send($13)
    WHERE NOT mailbox.stale AND NOT source.stale
), old AS MATERIALIZED (
    SELECT found.*, source.deleted_uidnext AS deleted_uid,
           CASE WHEN $1 = $6 THEN mailbox.modseq + 1 + (seen.is_own AND $11::bigint & 1 = 1)::integer
                ELSE source.modseq END AS modseq
    FROM found, mailbox, source,
         LATERAL (SELECT mailbox.seen_per_user AND $5::bigint <> 0 AS is_own) AS seen
    WHERE found.has_content
), new AS MATERIALIZED (
    SELECT mailbox.uidnext AS uid, mailbox.modseq,
           CASE WHEN mailbox.seen_per_user THEN $11 & ~ 1::bigint ELSE $11 END AS flags,
           mailbox.seen_per_user AND $5 <> 0 AND $11 & 1 = 1 AS seen_by_user,
           int8multirange(int8range(mailbox.uidnext, mailbox.uidnext + 1)) AS uids,
           int8multirange(int8range(old.uid, old.uid + 1)) AS old_uids
    FROM mailbox, old
), gone AS (
    DELETE FROM entries e
    USING old
    WHERE e.ctid = old.place
), kept AS (
    INSERT INTO expunged (mailbox_id, uid, message_id, flags, size, internal_date, save_date, modseq,
                          deleted_uid)
    SELECT $6, uid, message_id, flags, size, internal_date, save_date, modseq, deleted_uid
    FROM old
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT $1, uid, $9, flags, modseq, $10::bigint, $12::timestamptz FROM new
), mark AS MATERIALIZED (
    SELECT m.page, m.mask, new.modseq + 1 AS modseq
    FROM new
    CROSS JOIN LATERAL seen_masks(new.uids) m
    WHERE new.seen_by_user
), page AS MATERIALIZED (
    SELECT p.place, p.user_id, p.page, p.bits & ~ m.mask AS bits
    FROM new
    CROSS JOIN LATERAL seen_masks(new.old_uids) m
    CROSS JOIN LATERAL (SELECT p.ctid AS place, p.user_id, p.page, p.bits FROM seen_pages p
                        WHERE p.mailbox_id = $6 AND p.page = m.page
                        OFFSET 0) p
    WHERE bit_count(p.bits & m.mask) > 0
), cleared AS (
    UPDATE seen_pages p
    SET bits = page.bits | coalesce(mark.mask, B'0'::bit(8192)),
        modseq = coalesce(mark.modseq, p.modseq)
    FROM page
    LEFT JOIN mark ON $1 = $6 AND page.user_id = $5 AND mark.page = page.page
    WHERE p.ctid = page.place
), marked AS (
    INSERT INTO seen_pages AS p (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, $5, mark.page, mark.mask, mark.modseq
    FROM mark
    WHERE NOT EXISTS (SELECT FROM page
                      WHERE $1 = $6 AND page.user_id = $5 AND page.page = mark.page)
    ON CONFLICT (mailbox_id, user_id, page)
    DO UPDATE SET bits = p.bits | EXCLUDED.bits, modseq = EXCLUDED.modseq
), seen_kept AS (
    INSERT INTO expunged_seen (mailbox_id, modseq, uids, user_ids)
    SELECT $6, old.modseq, new.old_uids, array_agg(page.user_id)
    FROM old, new, page
    GROUP BY old.modseq, new.old_uids
), state AS (
    UPDATE mailbox_state s
    SET uidnext = s.uidnext + total.came, highest_modseq = total.modseq,
        messages = s.messages + total.came - total.went, bytes = s.bytes + total.bytes,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen,
        deleted_uidnext = s.deleted_uidnext + total.went,
        recently_deleted = s.recently_deleted + total.went
    FROM (SELECT mailbox_id, max(modseq) AS modseq, sum(came) AS came, sum(went) AS went,
                 sum((came - went) * size)::bigint AS bytes,
                 sum((came - went) * (flags >> 3 & 1))::bigint AS deleted,
                 sum((came - went) * (flags & 1))::bigint AS seen
          FROM (SELECT $1 AS mailbox_id, modseq + seen_by_user::integer AS modseq, 1 AS came,
                       0 AS went, $10 AS size, flags
                FROM new
                UNION ALL
                SELECT $6, modseq, 0, 1, size, flags FROM old) AS each
          GROUP BY mailbox_id) AS total
    WHERE s.mailbox_id = total.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, user_id, actor, client, detail,
                         other_id, other_uids, change_id)
    SELECT $1, modseq, 'append', uids, 0, NULL::bigint, $3::text, $4::text, 'replaced', $6,
           old_uids, $14::bigint
    FROM new
    UNION ALL
    SELECT $1, modseq + 1, 'seen', uids, 1, $5, $3, $4, NULL, NULL, NULL, $14
    FROM new
    WHERE seen_by_user
    UNION ALL
    SELECT $6, old.modseq, 'expunge', new.old_uids, 0, NULL, $3, $4, 'replaced', $1, new.uids, $14
    FROM old, new
)
SELECT mailbox.stale OR source.stale AS stale, mailbox.uidvalidity, new.modseq,
       new.uids::text AS uids, CASE WHEN new.seen_by_user THEN new.uids::text END AS seen_uids,
       old.modseq AS source_modseq,
       CASE WHEN found.uid IS NOT NULL
            THEN int8multirange(int8range(found.uid, found.uid + 1))::text END AS source_uids
FROM mailbox
CROSS JOIN source
LEFT JOIN found ON true
LEFT JOIN old ON true
LEFT JOIN new ON true;

-- An outcome in doubt ----------------------------------------------------------------

-- name: session_end
-- repeatable
-- Ends the session of PostgreSQL's process $1, and with it whatever it was still
-- doing. No row: it has ended.
SELECT pg_terminate_backend(pid, 500)
FROM pg_stat_activity
WHERE pid = $1::integer AND datname = current_database() AND application_name LIKE 'postroom %';

-- name: changes_find
-- What changes $2 to $3 have written to the journals of mailboxes $1.
SELECT j.change_id - $2 AS place, j.kind, m.uidvalidity, j.modseq, j.uids::text AS uids
FROM (SELECT DISTINCT mailbox_id FROM unnest($1::bigint[]) AS mailbox_id) AS wanted
JOIN mailboxes m ON m.id = wanted.mailbox_id
CROSS JOIN LATERAL (SELECT * FROM journal j
                    WHERE j.mailbox_id = wanted.mailbox_id
                      AND j.change_id BETWEEN $2::bigint AND $3::bigint
                    OFFSET 0) j;
