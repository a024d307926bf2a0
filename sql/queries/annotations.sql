-- Annotations (RFC 5464). A mailbox 0 is the server, a user 0 nobody: then only what is
-- shared is there. Entries are in small letters.

-- name: annotations_read
-- $3 entries, and what is below them: $4 levels deep at most. Values of more than $5 octets
-- are null, their size is told. The first row says whether the mailbox is there; an entry is
-- null where there is none. No row: it is not, or its rights are younger than $6.
WITH asked AS (
    SELECT e.entry, e.place
    FROM unnest($3::text[]) WITH ORDINALITY AS e (entry, place)
), stored AS (
    SELECT a.entry, a.value
    FROM annotations a
    WHERE coalesce(a.mailbox_id, 0) = $1::bigint
      AND coalesce(a.user_id, 0) IN (0, $2::bigint)
    UNION ALL
    SELECT '/private/specialuse', convert_to(u.uses, 'UTF8')
    FROM mailboxes m
    LEFT JOIN special_uses own ON own.user_id = $2 AND own.mailbox_id = m.id
    CROSS JOIN LATERAL special_uses_shown(own.uses, m.special_use, coalesce(m.owner_id, 0), $2)
               AS u (uses)
    WHERE m.id = $1 AND $2 <> 0 AND u.uses IS NOT NULL
), found AS (
    SELECT a.entry, length(a.value)::bigint AS size,
           CASE WHEN length(a.value) <= $5::bigint THEN a.value END AS value,
           (SELECT min(asked.place) FROM asked
            WHERE a.entry = asked.entry
               OR ($4::integer > 0 AND starts_with(a.entry, asked.entry || '/')
                   AND array_length(string_to_array(substr(a.entry, length(asked.entry) + 2), '/'),
                                    1) <= $4)) AS place
    FROM stored a
)
SELECT found.entry, found.value, found.size
FROM (SELECT true AS there WHERE $1 = 0
      UNION ALL
      SELECT true FROM mailbox_state s
      JOIN mailboxes m ON m.id = s.mailbox_id
      WHERE s.mailbox_id = $1 AND m.deleted_at IS NULL AND s.rights_modseq <= $6::bigint) mailbox
LEFT JOIN found ON found.place IS NOT NULL
ORDER BY found.place, found.entry;

-- name: annotations_listed
-- Of many mailboxes $1, as far as their rights are no younger than $2. $4 entries, in whose
-- order they come; null where a mailbox has none of them. A value is null, too, from where all
-- together have more than $5 octets.
SELECT found.place, found.entry,
       CASE WHEN found.octets_so_far <= $5::bigint THEN found.value END AS value
FROM (SELECT asked.place, a.entry, a.value,
             coalesce(sum(length(a.value)) OVER (ORDER BY asked.place, a.entry), 0) AS octets_so_far
      FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY
           AS asked (mailbox_id, rights_modseq, place)
      JOIN mailbox_state s ON s.mailbox_id = asked.mailbox_id
                          AND s.rights_modseq <= asked.rights_modseq
      LEFT JOIN LATERAL (
          SELECT a.entry, a.value
          FROM annotations a
          WHERE coalesce(a.mailbox_id, 0) = asked.mailbox_id
            AND coalesce(a.user_id, 0) IN (0, $3::bigint)
            AND a.entry = ANY ($4::text[])
          UNION ALL
          SELECT '/private/specialuse', convert_to(u.uses, 'UTF8')
          FROM mailboxes m
          LEFT JOIN special_uses own ON own.user_id = $3 AND own.mailbox_id = m.id
          CROSS JOIN LATERAL special_uses_shown(own.uses, m.special_use, coalesce(m.owner_id, 0), $3)
                     AS u (uses)
          WHERE m.id = asked.mailbox_id AND '/private/specialuse' = ANY ($4) AND $3 <> 0
            AND u.uses IS NOT NULL) a ON true) found
ORDER BY found.place, array_position($4, found.entry);

-- name: annotations_set
-- Under the mailbox's lock. $2 who does it, from $3; $4 the user; $5 entries, $6 their values
-- (null: they go); $7 the modseq as of which the rights are known; $8 how many there may be
-- of the mailbox's own, and as many of each user. Answers with whether the rights have
-- changed, whether there would be too many, and the mailbox's modseq. No row: it is gone.
WITH mailbox AS MATERIALIZED (
    SELECT c.stale, c.modseq FROM mailbox_to_change($1::bigint, $7::bigint) c
), wanted AS MATERIALIZED (
    SELECT w.entry, w.value, CASE WHEN starts_with(w.entry, '/private/') THEN $4::bigint END AS user_id
    FROM unnest($5::text[], $6::bytea[]) AS w (entry, value)
), present AS MATERIALIZED (
    SELECT a.entry, a.value, a.user_id
    FROM annotations a
    WHERE coalesce(a.mailbox_id, 0) = $1 AND coalesce(a.user_id, 0) IN (0, $4)
), verdict AS MATERIALIZED (
    SELECT mailbox.stale, mailbox.modseq,
           EXISTS (SELECT FROM wanted w
                   LEFT JOIN present p ON p.entry = w.entry
                   WHERE w.value IS NOT NULL AND p.entry IS NULL)
           AND EXISTS (SELECT
                       FROM (SELECT user_id FROM present p
                             WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.entry = p.entry)
                             UNION ALL
                             SELECT user_id FROM wanted WHERE value IS NOT NULL) kept
                       GROUP BY user_id
                       HAVING count(*) > $8::bigint) AS too_many
    FROM mailbox
), changed AS MATERIALIZED (
    SELECT w.entry, w.value, w.user_id
    FROM verdict
    CROSS JOIN wanted w
    LEFT JOIN present p ON p.entry = w.entry
    WHERE NOT verdict.stale AND NOT verdict.too_many AND p.value IS DISTINCT FROM w.value
), removed AS (
    DELETE FROM annotations a
    USING changed
    WHERE coalesce(a.mailbox_id, 0) = $1 AND coalesce(a.user_id, 0) = coalesce(changed.user_id, 0)
      AND a.entry = changed.entry AND changed.value IS NULL
), stored AS (
    INSERT INTO annotations AS a (mailbox_id, user_id, entry, value)
    SELECT $1, user_id, entry, value FROM changed WHERE value IS NOT NULL
    ON CONFLICT (coalesce(mailbox_id, 0), coalesce(user_id, 0), entry)
    DO UPDATE SET value = EXCLUDED.value
), news AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY user_id NULLS FIRST) - 1 AS place, user_id,
           string_agg(entry, ' ' ORDER BY entry) AS entries
    FROM changed
    GROUP BY user_id
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + (SELECT count(*) FROM news),
        rights_modseq = CASE WHEN EXISTS (SELECT FROM changed
                                          WHERE entry = '/shared/imapsieve/script')
                             THEN s.highest_modseq + (SELECT count(*) FROM news)
                             ELSE s.rights_modseq
                        END
    WHERE s.mailbox_id = $1 AND EXISTS (SELECT FROM news)
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, user_id, actor, client, detail)
    SELECT $1, verdict.modseq + news.place, 'metadata', news.user_id, $2::text, $3::text,
           news.entries
    FROM verdict, news
)
SELECT verdict.stale, verdict.too_many,
       verdict.modseq - 1 + (SELECT count(*) FROM news) AS modseq
FROM verdict;

-- name: server_annotations_set
-- $1 the user (0: the administrator), $2 entries, $3 their values (null: they go), $4 how
-- many there may be. Answers with whether there would be too many. What has changed is in
-- server_journal, the last thousand times.
WITH wanted AS MATERIALIZED (
    SELECT w.entry, w.value FROM unnest($2::text[], $3::bytea[]) AS w (entry, value)
), present AS MATERIALIZED (
    SELECT a.entry, a.value FROM annotations a
    WHERE coalesce(a.mailbox_id, 0) = 0 AND coalesce(a.user_id, 0) = $1::bigint
), verdict AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM wanted w
                   WHERE w.value IS NOT NULL
                     AND NOT EXISTS (SELECT FROM present p WHERE p.entry = w.entry))
           AND (SELECT count(*)
                FROM (SELECT entry FROM present
                      WHERE entry NOT IN (SELECT entry FROM wanted)
                      UNION ALL
                      SELECT entry FROM wanted WHERE value IS NOT NULL) kept) > $4::bigint
           AS too_many
), changed AS MATERIALIZED (
    SELECT w.entry, w.value
    FROM verdict
    CROSS JOIN wanted w
    LEFT JOIN present p ON p.entry = w.entry
    WHERE NOT verdict.too_many AND p.value IS DISTINCT FROM w.value
), removed AS (
    DELETE FROM annotations a
    USING changed
    WHERE coalesce(a.mailbox_id, 0) = 0 AND coalesce(a.user_id, 0) = $1
      AND a.entry = changed.entry AND changed.value IS NULL
), stored AS (
    INSERT INTO annotations AS a (mailbox_id, user_id, entry, value)
    SELECT NULL, nullif($1, 0), entry, value FROM changed WHERE value IS NOT NULL
    ON CONFLICT (coalesce(mailbox_id, 0), coalesce(user_id, 0), entry)
    DO UPDATE SET value = EXCLUDED.value
), state AS (
    UPDATE server_state SET highest_modseq = highest_modseq + 1
    WHERE EXISTS (SELECT FROM changed)
    RETURNING highest_modseq
), noted AS (
    INSERT INTO server_journal (modseq, user_id, entries)
    SELECT state.highest_modseq, nullif($1, 0), (SELECT string_agg(entry, ' ' ORDER BY entry) FROM changed)
    FROM state
), forgotten AS (
    DELETE FROM server_journal j USING state WHERE j.modseq <= state.highest_modseq - 1000
)
SELECT too_many FROM verdict;

-- name: event_scripts_lock_mailboxes
-- Before the server's /shared/imapsieve/script is changed.
SELECT mailbox_id FROM mailbox_state ORDER BY mailbox_id FOR UPDATE;

-- name: event_scripts_touch
-- After it was: the mailboxes without one of their own.
WITH touched AS (
    UPDATE mailbox_state s
    SET highest_modseq = s.highest_modseq + 1, rights_modseq = s.highest_modseq + 1
    FROM mailboxes m
    WHERE m.id = s.mailbox_id AND m.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM annotations a
                      WHERE coalesce(a.mailbox_id, 0) = m.id AND coalesce(a.user_id, 0) = 0
                        AND a.entry = '/shared/imapsieve/script')
    RETURNING s.mailbox_id, s.highest_modseq
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, actor, client, detail)
    SELECT mailbox_id, highest_modseq, 'mailbox', $1::text, $2::text,
           '/shared/imapsieve/script of the server'
    FROM touched
)
SELECT mailbox_id, highest_modseq FROM touched;

-- name: annotations_copy
-- From the mailbox $1 to the new mailbox $2, everybody's (RFC 5464 section 4.1, INBOX).
INSERT INTO annotations (mailbox_id, user_id, entry, value)
SELECT $2::bigint, a.user_id, a.entry, a.value
FROM annotations a
WHERE a.mailbox_id = $1::bigint
ON CONFLICT DO NOTHING;
