-- Flags that are changed only where nobody has changed them before: STORE (UNCHANGEDSINCE n)
-- (RFC 7162 section 3.1.3). Otherwise as in change.sql, whose lock comes first here, too;
-- also answered: `refused`, the UIDs that were left alone.

-- name: change_flags_unchanged
-- $6 cleared, $7 set. Of messages in which one of the flags $9 has changed after modseq
-- $8 nothing is changed: they are `refused`. $10 whose \Seen that is, where it is per user;
-- $11: the change before it in the batch is the other half of the same STORE, and no
-- reason to refuse.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), refused AS MATERIALIZED (
    SELECT $5::int8multirange
           * uids_changed_since($1, $8::bigint, $9::bigint, $10::bigint,
                                CASE WHEN $11::boolean THEN $12::bigint - 1 END) AS uids
), found AS MATERIALIZED (
    SELECT e.ctid AS place, e.uid, e.flags AS old, (e.flags & ~ $6::bigint) | $7::bigint AS new
    FROM mailbox, refused
    CROSS JOIN LATERAL unnest($5 - refused.uids) AS r
    CROSS JOIN LATERAL (SELECT e.ctid, e.uid, e.flags FROM entries e
                        WHERE e.mailbox_id = $1 AND e.uid >= lower(r) AND e.uid < upper(r)
                        OFFSET 0) e
    WHERE NOT mailbox.stale AND e.flags <> ((e.flags & ~ $6) | $7)
), total AS MATERIALIZED (
    SELECT count(*) AS messages,
           count(*) FILTER (WHERE new & 8 <> 0) - count(*) FILTER (WHERE old & 8 <> 0) AS deleted,
           count(*) FILTER (WHERE new & 1 <> 0) - count(*) FILTER (WHERE old & 1 <> 0) AS seen,
           range_agg(int8range(uid, uid + 1)) AS uids
    FROM found
), changed AS (
    UPDATE entries e
    SET flags = found.new, modseq = (SELECT modseq FROM mailbox)
    FROM found
    WHERE e.ctid = found.place
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM total
    WHERE s.mailbox_id = $1 AND total.messages > 0
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_cleared, flags_set, actor, client,
                         change_id)
    SELECT $1, mailbox.modseq, 'flags', total.uids, $6, $7, $3::text, $4::text, $12
    FROM mailbox, total
    WHERE total.messages > 0
)
SELECT mailbox.stale, mailbox.uidvalidity,
       CASE WHEN total.messages > 0 THEN mailbox.modseq END AS modseq, total.uids::text AS uids,
       refused.uids::text AS refused
FROM mailbox, total, refused;

-- name: change_seen_unchanged
-- $6 the user, $7 true: seen, false: not; $8, $9 and $10 as $8, $9 and $11 above.
-- Ranges are cut at the pages, so that each piece looks at one page of bits and one
-- stretch of the key.
WITH mailbox AS MATERIALIZED (
    SELECT * FROM mailbox_to_change($1::bigint, $2::bigint)
), refused AS MATERIALIZED (
    SELECT $5::int8multirange
           * uids_changed_since($1, $8::bigint, $9::bigint, $6::bigint,
                                CASE WHEN $10::boolean THEN $11::bigint - 1 END) AS uids
), piece AS MATERIALIZED (
    SELECT page, greatest(lower(r), page * 8192) AS first,
           least(upper(r), (page + 1) * 8192, mailbox.uidnext) AS last
    FROM mailbox, refused
    CROSS JOIN LATERAL unnest($5 - refused.uids) AS r
    CROSS JOIN LATERAL generate_series(lower(r) / 8192,
                                       (least(upper(r), mailbox.uidnext) - 1) / 8192) AS page
    WHERE NOT mailbox.stale
), total AS MATERIALIZED (
    SELECT range_agg(int8range(e.uid, e.uid + 1)) AS uids
    FROM piece
    LEFT JOIN LATERAL (SELECT p.bits FROM seen_pages p
                       WHERE p.mailbox_id = $1 AND p.user_id = $6
                         AND p.page = piece.page::integer
                       OFFSET 0) p ON true
    CROSS JOIN LATERAL (SELECT e.uid FROM entries e
                        WHERE e.mailbox_id = $1 AND e.uid >= piece.first AND e.uid < piece.last
                        OFFSET 0) e
    WHERE coalesce(get_bit(p.bits, (e.uid % 8192)::integer), 0) <> $7::boolean::integer
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
           $4::text, $11
    FROM mailbox, total
    WHERE total.uids IS NOT NULL
)
SELECT mailbox.stale, mailbox.uidvalidity,
       CASE WHEN total.uids IS NOT NULL THEN mailbox.modseq END AS modseq, total.uids::text AS uids,
       refused.uids::text AS refused
FROM mailbox, total, refused;
