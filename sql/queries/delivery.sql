-- Mail that comes from outside.

-- name: delivery_is_duplicate
-- Whether a message with this Message-ID came into the mailbox in the last $3 seconds: $4,
-- or that of the message $2. Looks at the youngest ones only, at the end of the key.
SELECT EXISTS (
    SELECT FROM (SELECT e.message_id, e.save_date
                 FROM entries e
                 WHERE e.mailbox_id = $1::bigint
                 ORDER BY e.uid DESC
                 LIMIT 1000) AS young
    JOIN messages m ON m.id = young.message_id
    WHERE young.save_date > now() - make_interval(secs => $3::bigint)
      AND m.message_id = coalesce($4::bytea, (SELECT known.message_id
                                              FROM messages known
                                              WHERE known.id = $2::bigint))
);
