-- The journal as people read it (store/history_rows.h).

-- name: history_rows
-- Of mailbox $1 after modseq $2, up to $3 rows; $4 to $6: by whom, since when, about which
-- UID; null: any. What was given back is about the UID it had, too. Where it is about one
-- message, that message, as far as it is still there, can be given back, or is where this
-- row says that it went.
WITH told AS MATERIALIZED (
    SELECT * FROM journal j
    WHERE j.mailbox_id = $1::bigint AND j.modseq > $2::bigint
      AND ($4::text IS NULL OR j.actor = $4)
      AND ($5::timestamptz IS NULL OR j.at >= $5)
      AND ($6::bigint IS NULL OR j.uids @> $6
           OR (j.other_id = j.mailbox_id AND j.other_uids @> $6))
    ORDER BY j.modseq
    LIMIT $3::bigint
)
SELECT t.modseq, t.at, t.kind, t.uids::text, t.flags_cleared, t.flags_set, reader.login,
       t.actor, t.client, t.detail, coalesce(t.other_id, 0), owner.login, other.name,
       t.other_uids::text, coalesce(message.message_id, 0)
FROM told t
LEFT JOIN users reader ON reader.id = t.user_id
LEFT JOIN mailboxes other ON other.id = t.other_id
LEFT JOIN users owner ON owner.id = other.owner_id
LEFT JOIN LATERAL (SELECT e.message_id FROM entries e
                   WHERE e.mailbox_id = $1 AND e.uid = lower(t.uids)
                   UNION ALL
                   SELECT x.message_id FROM expunged x
                   WHERE x.mailbox_id = $1 AND x.uid = lower(t.uids)
                   UNION ALL
                   SELECT e.message_id FROM entries e
                   WHERE t.kind = 'expunge' AND t.detail = 'moved' AND e.mailbox_id = t.other_id
                     AND e.uid = lower(t.other_uids)
                   LIMIT 1) message ON upper(t.uids) - lower(t.uids) = 1
ORDER BY t.modseq;
