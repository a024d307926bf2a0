-- Settings of a mailbox, under its lock. Each change is a row "mailbox" of the journal
-- and makes grants stale, since they know the settings. Answers with the mailbox's
-- highest modseq, which is the old one when nothing had to change; no row: no such
-- mailbox.

-- name: seen_make_shared
-- Whatever anybody has seen is seen for all. The messages that become \Seen get a
-- journal row of their own, as if somebody had stored the flag.
WITH mailbox AS MATERIALIZED (
    SELECT s.highest_modseq, m.seen_per_user
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL
), page AS MATERIALIZED (
    SELECT p.page, bit_or(p.bits) AS bits
    FROM seen_pages p
    WHERE p.mailbox_id = $1 AND (SELECT seen_per_user FROM mailbox)
    GROUP BY p.page
), found AS MATERIALIZED (
    SELECT e.place, e.uid
    FROM page
    CROSS JOIN LATERAL (SELECT e.ctid AS place, e.uid FROM entries e
                        WHERE e.mailbox_id = $1
                          AND e.uid >= page.page::bigint * 8192
                          AND e.uid < (page.page::bigint + 1) * 8192
                        OFFSET 0) e
    WHERE get_bit(page.bits, (e.uid % 8192)::integer) = 1
), total AS MATERIALIZED (
    SELECT count(*) AS messages, range_agg(int8range(uid, uid + 1)) AS uids FROM found
), changed AS (
    UPDATE entries e
    SET flags = e.flags | 1, modseq = (SELECT highest_modseq + 2 FROM mailbox)
    FROM found
    WHERE e.ctid = found.place
), setting AS (
    UPDATE mailboxes m SET seen_per_user = false
    FROM mailbox
    WHERE m.id = $1 AND mailbox.seen_per_user
), forgotten AS (
    DELETE FROM seen_pages p
    USING mailbox
    WHERE p.mailbox_id = $1 AND mailbox.seen_per_user
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1 + (total.uids IS NOT NULL)::integer,
        rights_modseq = s.highest_modseq + 1, seen = total.messages
    FROM mailbox, total
    WHERE s.mailbox_id = $1 AND mailbox.seen_per_user
    RETURNING s.highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, actor, client, detail)
    SELECT $1, mailbox.highest_modseq + 1, 'mailbox', NULL::int8multirange, 0, $2::text, $3::text,
           'seen: per-user -> shared'
    FROM mailbox
    WHERE mailbox.seen_per_user
    UNION ALL
    SELECT $1, mailbox.highest_modseq + 2, 'flags', total.uids, 1, $2, $3, NULL
    FROM mailbox, total
    WHERE total.uids IS NOT NULL
)
SELECT coalesce((SELECT highest_modseq FROM state), mailbox.highest_modseq) FROM mailbox;

-- name: seen_make_per_user
-- What was seen for all is seen for everybody who may read now (l and r: 3): nobody's
-- messages become unread. Whoever comes later has seen nothing.
WITH mailbox AS MATERIALIZED (
    SELECT s.highest_modseq, m.seen_per_user, coalesce(m.owner_id, 0) AS owner_id
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL
), found AS MATERIALIZED (
    SELECT e.ctid AS place, e.uid
    FROM entries e
    WHERE e.mailbox_id = $1 AND e.flags & 1 = 1 AND NOT (SELECT seen_per_user FROM mailbox)
), total AS MATERIALIZED (
    SELECT range_agg(int8range(uid, uid + 1)) AS uids FROM found
), candidate AS MATERIALIZED (
    SELECT owner_id AS user_id FROM mailbox
    UNION
    SELECT a.user_id FROM acl a WHERE a.mailbox_id = $1
    UNION
    SELECT g.user_id
    FROM acl a
    JOIN group_members g ON g.group_id = a.group_id
    WHERE a.mailbox_id = $1
    UNION
    SELECT u.id
    FROM users u
    WHERE EXISTS (SELECT FROM acl a
                  WHERE a.mailbox_id = $1 AND a.user_id IS NULL AND a.group_id IS NULL)
), may_read AS MATERIALIZED (
    SELECT u.id
    FROM mailbox
    CROSS JOIN candidate
    JOIN users u ON u.id = candidate.user_id
    CROSS JOIN LATERAL effective_rights($1, mailbox.owner_id, u.id) r
    WHERE r.rights & 3 = 3
), page AS (
    INSERT INTO seen_pages (mailbox_id, user_id, page, bits, modseq)
    SELECT $1, may_read.id, m.page, m.mask, mailbox.highest_modseq + 2
    FROM mailbox, total
    CROSS JOIN LATERAL seen_masks(total.uids) m
    CROSS JOIN may_read
), changed AS (
    UPDATE entries e
    SET flags = e.flags & ~ 1::bigint, modseq = (SELECT highest_modseq + 2 FROM mailbox)
    FROM found
    WHERE e.ctid = found.place
), setting AS (
    UPDATE mailboxes m SET seen_per_user = true
    FROM mailbox
    WHERE m.id = $1 AND NOT mailbox.seen_per_user
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1 + (total.uids IS NOT NULL)::integer,
        rights_modseq = s.highest_modseq + 1, seen = 0
    FROM mailbox, total
    WHERE s.mailbox_id = $1 AND NOT mailbox.seen_per_user
    RETURNING s.highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_cleared, actor, client, detail)
    SELECT $1, mailbox.highest_modseq + 1, 'mailbox', NULL::int8multirange, 0, $2::text, $3::text,
           'seen: shared -> per-user'
    FROM mailbox
    WHERE NOT mailbox.seen_per_user
    UNION ALL
    SELECT $1, mailbox.highest_modseq + 2, 'flags', total.uids, 1, $2, $3, NULL
    FROM mailbox, total
    WHERE total.uids IS NOT NULL
)
SELECT coalesce((SELECT highest_modseq FROM state), mailbox.highest_modseq) FROM mailbox;

-- name: special_use_set
-- $4 the use, or null.
WITH mailbox AS MATERIALIZED (
    SELECT s.highest_modseq, m.special_use, m.special_use IS DISTINCT FROM $4::text AS needed
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1::bigint AND m.deleted_at IS NULL
), setting AS (
    UPDATE mailboxes m SET special_use = $4
    FROM mailbox
    WHERE m.id = $1 AND mailbox.needed
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1, rights_modseq = s.highest_modseq + 1
    FROM mailbox
    WHERE s.mailbox_id = $1 AND mailbox.needed
    RETURNING s.highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT $1, mailbox.highest_modseq + 1, 'mailbox', $2::text, $3::text,
           'special-use: ' || coalesce(mailbox.special_use, 'none') || ' -> ' || coalesce($4, 'none')
    FROM mailbox
    WHERE mailbox.needed
)
SELECT coalesce((SELECT highest_modseq FROM state), mailbox.highest_modseq) FROM mailbox;
