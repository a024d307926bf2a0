-- Mail that scripts send: store/outgoing_rows.h.

-- name: outgoing_put
-- $1 by what it is remembered, $2 for how many seconds. $8 the message with its seal $9 (as in
-- change_append; 0: known to be there), or $10 a letter. Its memory and the mail itself are one
-- statement: neither is there without the other. lost: the message is gone.
-- repeatable
WITH message AS MATERIALIZED (
    SELECT $8::bigint = 0
           OR EXISTS (SELECT FROM messages m
                      WHERE m.id = $8 AND ($9::bigint = 0 OR substr(m.sha256, 1, 8) = int8send($9)))
              AS is_there
), remembered AS (
    INSERT INTO outgoing_memory AS o (digest, until)
    SELECT $1::bytea, now() + make_interval(secs => $2::bigint)
    FROM message
    WHERE message.is_there
    ON CONFLICT (digest) DO UPDATE SET until = EXCLUDED.until WHERE o.until <= now()
    RETURNING digest
), queued AS (
    INSERT INTO outgoing (kind, written_for, sender, recipient, fields, message_id, letter, home_id,
                          expires_at)
    SELECT $3::text, $4::text, $5::text, $6::text, $7::bytea, nullif($8, 0), $10::bytea,
           nullif($11::bigint, 0), now() + make_interval(secs => $12::bigint)
    FROM remembered
    RETURNING id
)
SELECT NOT message.is_there AS lost, EXISTS (SELECT FROM queued) AS is_new FROM message;

-- name: outgoing_claim
-- The one that has waited longest, for $1 seconds.
WITH due AS MATERIALIZED (
    SELECT id FROM outgoing
    WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
    ORDER BY due_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE outgoing o
SET leased_until = now() + make_interval(secs => $1::bigint),
    due_at = now() + make_interval(secs => $1), attempts = o.attempts + 1
FROM due
WHERE o.id = due.id
RETURNING o.id, o.attempts, o.kind, o.written_for, o.sender, o.recipient, o.fields,
          coalesce(o.message_id, 0), o.letter, coalesce(o.home_id, 0), o.refused,
          o.expires_at <= now(),
          coalesce((SELECT m.size FROM messages m WHERE m.id = o.message_id), length(o.letter)),
          o.problem, o.deferrals;

-- name: outgoing_renew
-- No row: somebody else holds it, or it is gone.
UPDATE outgoing
SET leased_until = now() + make_interval(secs => $3::bigint),
    due_at = now() + make_interval(secs => $3)
WHERE id = $1::bigint AND attempts = $2::bigint
RETURNING id;

-- name: outgoing_defer
-- $3 seconds; $4 why, $5 for good, $6 the mail server has said so.
UPDATE outgoing
SET leased_until = NULL, due_at = now() + make_interval(secs => $3::bigint), problem = $4::text,
    refused = refused OR $5::boolean, deferrals = deferrals + $6::boolean::integer
WHERE id = $1::bigint AND attempts = $2::bigint
RETURNING id;

-- name: outgoing_delete
-- $2 0: whoever holds it.
DELETE FROM outgoing
WHERE id = $1::bigint AND ($2::bigint = 0 OR attempts = $2)
RETURNING coalesce(message_id, 0);

-- name: outgoing_lock_message
-- In the same transaction, before sweep_messages looks whether others refer to it.
SELECT id FROM messages WHERE id = $1::bigint FOR UPDATE;

-- name: outgoing_next
-- In how many milliseconds the next one is due; no row: there is none.
SELECT greatest(0, ceil(extract(epoch FROM due_at - now()) * 1000))::bigint
FROM outgoing ORDER BY due_at LIMIT 1;

-- name: outgoing_list
SELECT o.id, o.kind, o.written_for, o.sender, o.recipient, o.queued_at, o.due_at, o.attempts,
       coalesce((SELECT m.size FROM messages m WHERE m.id = o.message_id), length(o.letter)),
       CASE WHEN o.leased_until > now() THEN 'sending' WHEN o.refused THEN 'refused'
            ELSE 'waiting' END,
       o.problem
FROM outgoing o
ORDER BY o.id
LIMIT $1::bigint;

-- name: outgoing_hurry
-- $1 0: all. Not what is being sent at this moment.
UPDATE outgoing SET due_at = now(), leased_until = NULL
WHERE ($1::bigint = 0 OR id = $1) AND (leased_until IS NULL OR leased_until <= now())
RETURNING id;

-- name: outgoing_forget
-- What is no longer remembered.
DELETE FROM outgoing_memory
WHERE digest IN (SELECT digest FROM outgoing_memory WHERE until <= now() LIMIT $1::bigint)
RETURNING digest;

-- name: outgoing_own_addresses
-- Of the user $1 (who has the login in each domain as well), or of the mailbox $2.
SELECT a.local || '@' || a.domain FROM addresses a
WHERE a.local <> '' AND (a.user_id = nullif($1::bigint, 0) OR a.mailbox_id = nullif($2::bigint, 0))
UNION
SELECT u.login || '@' || d.name FROM users u, mail_domains d
WHERE u.id = $1 AND position('@' IN u.login) = 0
UNION
SELECT u.login FROM users u WHERE u.id = $1 AND position('@' IN u.login) > 0;

-- name: outgoing_sender
-- The address of the mailbox $2, else of the user $1: one that was given, in the default domain if
-- there is one there, else the login's, likewise; empty: there is none.
SELECT coalesce((SELECT a.local || '@' || a.domain
                 FROM addresses a
                 LEFT JOIN mail_domains d ON d.name = a.domain
                 WHERE a.local <> ''
                   AND (a.mailbox_id = nullif($2::bigint, 0) OR a.user_id = nullif($1::bigint, 0))
                 ORDER BY a.mailbox_id NULLS LAST, d.is_default DESC NULLS LAST, a.domain, a.local
                 LIMIT 1),
                (SELECT CASE WHEN u.login LIKE '%@%' THEN u.login
                             ELSE u.login || '@' || (SELECT name FROM mail_domains
                                                     ORDER BY is_default DESC, name
                                                     LIMIT 1) END
                 FROM users u WHERE u.id = $1),
                '');
