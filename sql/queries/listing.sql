-- What LIST shows. The columns of the first three are read by place in
-- server/store/listing_rows.c; rights_modseq is null when it was not asked for, and
-- recently_deleted says whether something is there that the user may see, which takes
-- l, r, t and e (771).

-- name: mailboxes_visible
-- Starts from the rights that the user has, so that the cost follows what there is to
-- see; OFFSET 0 keeps the planner from starting from all mailboxes there are. The user's
-- special uses are read once. The owner of one's own is null, too: that name need not be
-- looked up.
WITH own AS MATERIALIZED (
    SELECT mailbox_id, uses FROM special_uses WHERE user_id = $1::bigint
)
SELECT m.id, m.owner_id, m.owner, m.name,
       special_uses_shown(own.uses, m.special_use, m.owner_id, $1) AS special_use,
       r.rights,
       CASE WHEN $2::boolean
            THEN (SELECT s.rights_modseq FROM mailbox_state s WHERE s.mailbox_id = m.id)
       END AS rights_modseq,
       CASE WHEN r.rights & 771 = 771
            THEN (SELECT s.recently_deleted > 0 FROM mailbox_state s WHERE s.mailbox_id = m.id)
       END AS recently_deleted
FROM rights_of_user($1) r
LEFT JOIN own ON own.mailbox_id = r.mailbox_id
CROSS JOIN LATERAL (SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name,
                           m.special_use
                    FROM mailboxes m
                    LEFT JOIN users u ON u.id = nullif(m.owner_id, $1)
                    WHERE m.id = r.mailbox_id AND m.deleted_at IS NULL
                    OFFSET 0) m
WHERE r.rights & 1 = 1;

-- name: mailboxes_all
-- For the administrator.
SELECT m.id, m.owner_id, m.owner, m.name, m.special_use, 2047 AS rights, m.rights_modseq,
       false AS recently_deleted
FROM live_mailboxes m;

-- name: mailbox_listed
-- One name, without looking at all that the user may see. below_visible: one of the
-- first mailboxes below it may be seen; below_looked_at: of how many of them that was found
-- out. More than 64 are not looked at, since they may be as many as others like to hide.
WITH below AS MATERIALIZED (
    SELECT m.id
    FROM mailboxes m
    WHERE coalesce(m.owner_id, 0) = $1::bigint AND m.deleted_at IS NULL
      AND m.name > $2::text || '/' AND m.name < $2 || '0'
    ORDER BY m.name
    LIMIT 64
)
SELECT m.id, m.owner_id, m.owner, m.name,
       special_uses_shown((SELECT own.uses FROM special_uses own
                           WHERE own.user_id = $3::bigint AND own.mailbox_id = m.id),
                          m.special_use, m.owner_id, $3) AS special_use,
       r.rights, m.rights_modseq,
       CASE WHEN r.rights & 771 = 771
            THEN (SELECT s.recently_deleted > 0 FROM mailbox_state s WHERE s.mailbox_id = m.id)
       END AS recently_deleted,
       EXISTS (SELECT FROM below b
               CROSS JOIN LATERAL effective_rights(b.id, $1, $3::bigint) r
               WHERE r.rights & 1 = 1) AS below_visible,
       (SELECT count(*) FROM below) AS below_looked_at
FROM (VALUES (true)) AS one (row)
LEFT JOIN (live_mailboxes m
           CROSS JOIN LATERAL effective_rights(m.id, m.owner_id, $3) r)
       ON m.owner_id = $1 AND m.name = $2 AND r.rights & 1 = 1;

-- name: mailboxes_statuses
-- STATUS of many: of those whose rights are what they were when the mailboxes were listed.
-- \Recent ($4) and what is unseen ($5) are counted when somebody wants to know. Negative
-- ids are of what was deleted from mailboxes (store/recently_deleted.h).
SELECT m.*
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (mailbox_id, rights_modseq, place)
CROSS JOIN LATERAL (
    SELECT asked.place,
           CASE WHEN asked.mailbox_id < 0 THEN s.recently_deleted ELSE s.messages END AS messages,
           CASE WHEN NOT $4::boolean OR asked.mailbox_id < 0 THEN 0
                WHEN s.first_recent = 1 THEN s.messages
                ELSE (SELECT count(*) FROM entries e
                      WHERE e.mailbox_id = s.mailbox_id AND e.uid >= s.first_recent)
           END AS recent,
           CASE WHEN NOT $5::boolean THEN 0
                WHEN asked.mailbox_id < 0
                THEN recently_deleted_unseen(s.mailbox_id, $3::bigint, m.seen_per_user)
                ELSE s.messages
                     - CASE WHEN m.seen_per_user
                            THEN (SELECT coalesce(sum(bit_count(p.bits)), 0)::bigint
                                  FROM seen_pages p
                                  WHERE p.mailbox_id = s.mailbox_id AND p.user_id = $3)
                            ELSE s.seen
                       END
           END AS unseen,
           CASE WHEN asked.mailbox_id < 0 THEN 0 ELSE s.deleted END AS deleted,
           CASE WHEN asked.mailbox_id < 0 THEN recently_deleted_bytes(s.mailbox_id) ELSE s.bytes
           END AS bytes,
           CASE WHEN asked.mailbox_id < 0 THEN s.deleted_uidnext ELSE s.uidnext END AS uidnext,
           m.uidvalidity, s.highest_modseq
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = abs(asked.mailbox_id) AND s.rights_modseq <= asked.rights_modseq
      AND m.deleted_at IS NULL
    OFFSET 0) m;
