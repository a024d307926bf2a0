-- Small changes: one message each, of many mailboxes, in one transaction
-- (store/change_small.h). A lock comes first: small_lock_free leaves mailboxes out
-- that somebody else has locked, so that nobody waits for another's mailbox. What it
-- has locked stands in the setting postroom.locked until the transaction ends. Each
-- other statement takes arrays with an element for each change and starts from a
-- snapshot that nobody can overtake. OFFSET 0 keeps the planner from starting at the
-- other end, with all mailboxes there are.
--
-- All answer with (place, stale, uidvalidity, highest_modseq, modseq ...): place is
-- the change's, from 1; no row: its mailbox is gone or was left out; modseq null:
-- nothing changed, nothing was written. A change is stale when the rights have
-- changed since its grant was made, or its user may not log in any more.

-- name: small_lock_free
SELECT set_config('postroom.locked', coalesce(array_agg(mailbox_id)::text, '{}'), true)
FROM (SELECT mailbox_id FROM mailbox_state
      WHERE mailbox_id = ANY ($1::bigint[])
      ORDER BY mailbox_id
      FOR UPDATE SKIP LOCKED) AS locked;

-- name: small_lock_one
-- Waits for it.
SELECT set_config('postroom.locked', coalesce(array_agg(mailbox_id)::text, '{}'), true)
FROM (SELECT mailbox_id FROM mailbox_state WHERE mailbox_id = $1::bigint FOR UPDATE) AS locked;

-- name: small_append
-- $1 to $6: who changes what; $7 and $8: the entry; $9 to $20: its content as in
-- messages_put, in one chunk. Content that somebody else stores at this instant has
-- no id yet: no row.
WITH item AS MATERIALIZED (
    SELECT i.*, mailbox.*
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                $7::bigint[], $8::timestamptz[], $9::bytea[], $10::bigint[]) WITH ORDINALITY
             AS i (mailbox_id, known_rights_modseq, user_id, actor, client, change_id,
                   flags, internal_date, sha256, size, place)
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.mailbox_id, i.known_rights_modseq, i.user_id)
                        OFFSET 0) AS mailbox
    WHERE i.mailbox_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
), added AS (
    INSERT INTO messages (sha256, size, header, envelope, bodystructure, parts, message_id,
                          sent_day, sent_at, sort_record, preview)
    SELECT c.sha256, c.size, c.header, c.envelope, c.bodystructure, c.parts, c.message_id,
           c.sent_day, c.sent_at, c.sort_record, c.preview
    FROM unnest($9, $10, $11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[],
                $16::bigint[], $17::timestamptz[], $18::bytea[], $19::bytea[]) WITH ORDINALITY
             AS c (sha256, size, header, envelope, bodystructure, parts, message_id,
                   sent_day, sent_at, sort_record, preview, place)
    WHERE c.place IN (SELECT item.place FROM item WHERE NOT item.stale)
    ORDER BY c.sha256
    ON CONFLICT (sha256) DO NOTHING
    RETURNING id, sha256
), chunk AS (
    INSERT INTO message_chunks (message_id, n, octets)
    SELECT DISTINCT ON (added.id) added.id, 0, c.octets
    FROM added
    JOIN unnest($9, $20::bytea[]) AS c (sha256, octets) ON c.sha256 = added.sha256
), found AS MATERIALIZED (
    SELECT item.*, coalesce(added.id, old.id) AS message_id
    FROM item
    LEFT JOIN added ON added.sha256 = item.sha256
    LEFT JOIN LATERAL (SELECT m.id FROM messages m WHERE m.sha256 = item.sha256 OFFSET 0) old ON true
    WHERE NOT item.stale
), done AS MATERIALIZED (
    SELECT found.*,
           found.uidnext - 1 + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS uid,
           found.highest_modseq + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS modseq
    FROM found
    WHERE found.message_id IS NOT NULL
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT mailbox_id, uid, message_id, flags, modseq, size, internal_date FROM done
), state AS (
    UPDATE mailbox_state s
    SET uidnext = total.uid + 1, highest_modseq = total.modseq,
        messages = s.messages + total.messages, bytes = s.bytes + total.bytes,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM (SELECT mailbox_id, max(uid) AS uid, max(modseq) AS modseq, count(*) AS messages,
                 sum(size)::bigint AS bytes, sum(flags >> 3 & 1) AS deleted, sum(flags & 1) AS seen
          FROM done
          GROUP BY mailbox_id) AS total
    WHERE s.mailbox_id = total.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, actor, client, change_id)
    SELECT mailbox_id, modseq, 'append', int8multirange(int8range(uid, uid + 1)), actor, client,
           change_id
    FROM done
)
SELECT item.place, item.stale, item.uidvalidity, item.highest_modseq, done.modseq, done.uid,
       done.message_id
FROM item
LEFT JOIN done ON done.place = item.place
WHERE item.stale OR done.place IS NOT NULL;

-- name: small_copy
-- $1 to $6: who changes what; $7 and $8: the entry; $9 and $10: the message that is
-- there, and its size; $11 and $12: the mailbox that it is copied from and its UID there,
-- or null; $13 the modseq of that mailbox's rights as of which the user may; $14 the
-- modseq that it must have, or null; $15 the seal as in change_append, or 0: content that
-- was lost gives no row.
WITH item AS MATERIALIZED (
    SELECT i.*, mailbox.stale OR coalesce(other.rights_modseq > i.other_rights_modseq, false)
               OR coalesce(other.highest_modseq <> i.expected, false) AS stale,
           mailbox.uidvalidity, mailbox.uidnext, mailbox.highest_modseq
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                $7::bigint[], $8::timestamptz[], $9::bigint[], $10::bigint[], $11::bigint[],
                $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[]) WITH ORDINALITY
             AS i (mailbox_id, known_rights_modseq, user_id, actor, client, change_id,
                   flags, internal_date, message_id, size, other_id, other_uid,
                   other_rights_modseq, expected, seal, place)
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.mailbox_id, i.known_rights_modseq, i.user_id)
                        OFFSET 0) AS mailbox
    LEFT JOIN LATERAL (SELECT s.highest_modseq, s.rights_modseq FROM mailbox_state s
                       WHERE s.mailbox_id = i.other_id
                       OFFSET 0) AS other ON true
    WHERE i.mailbox_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
      AND (i.seal = 0 OR EXISTS (SELECT FROM messages m
                                 WHERE m.id = i.message_id
                                   AND substr(m.sha256, 1, 8) = int8send(i.seal)
                                 OFFSET 0))
), done AS MATERIALIZED (
    SELECT item.*,
           item.uidnext - 1 + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS uid,
           item.highest_modseq + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS modseq
    FROM item
    WHERE NOT item.stale
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT mailbox_id, uid, message_id, flags, modseq, size, internal_date FROM done
), state AS (
    UPDATE mailbox_state s
    SET uidnext = total.uid + 1, highest_modseq = total.modseq,
        messages = s.messages + total.messages, bytes = s.bytes + total.bytes,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM (SELECT mailbox_id, max(uid) AS uid, max(modseq) AS modseq, count(*) AS messages,
                 sum(size)::bigint AS bytes, sum(flags >> 3 & 1) AS deleted, sum(flags & 1) AS seen
          FROM done
          GROUP BY mailbox_id) AS total
    WHERE s.mailbox_id = total.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, actor, client, detail, other_id, other_uids,
                         change_id)
    SELECT mailbox_id, modseq, 'append', int8multirange(int8range(uid, uid + 1)), actor, client,
           CASE WHEN other_id IS NOT NULL THEN 'copied' END, other_id,
           int8multirange(int8range(other_uid, other_uid + 1)), change_id
    FROM done
)
SELECT item.place, item.stale, item.uidvalidity, item.highest_modseq, done.modseq, done.uid,
       done.message_id
FROM item
LEFT JOIN done ON done.place = item.place;

-- name: small_flags
-- $1 to $6: who changes what; $7 the UID, $8 cleared, $9 set. No message twice.
WITH item AS MATERIALIZED (
    SELECT i.*, mailbox.*, e.place_on_disk, e.old, (e.old & ~ i.cleared) | i.set AS new
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                $7::bigint[], $8::bigint[], $9::bigint[]) WITH ORDINALITY
             AS i (mailbox_id, known_rights_modseq, user_id, actor, client, change_id,
                   uid, cleared, set, place)
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.mailbox_id, i.known_rights_modseq, i.user_id)
                        OFFSET 0) AS mailbox
    LEFT JOIN LATERAL (SELECT e.ctid AS place_on_disk, e.flags AS old FROM entries e
                       WHERE e.mailbox_id = i.mailbox_id AND e.uid = i.uid
                       OFFSET 0) e ON true
    WHERE i.mailbox_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
), done AS MATERIALIZED (
    SELECT *, highest_modseq + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS modseq
    FROM item
    WHERE NOT stale AND old <> new
), changed AS (
    UPDATE entries e
    SET flags = done.new, modseq = done.modseq
    FROM done
    WHERE e.ctid = done.place_on_disk
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = total.modseq, deleted = s.deleted + total.deleted,
        seen = s.seen + total.seen
    FROM (SELECT mailbox_id, max(modseq) AS modseq,
                 sum((new >> 3 & 1) - (old >> 3 & 1)) AS deleted, sum((new & 1) - (old & 1)) AS seen
          FROM done
          GROUP BY mailbox_id) AS total
    WHERE s.mailbox_id = total.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_cleared, flags_set, actor, client,
                         change_id)
    SELECT mailbox_id, modseq, 'flags', int8multirange(int8range(uid, uid + 1)), cleared, set,
           actor, client, change_id
    FROM done
)
SELECT item.place, item.stale, item.uidvalidity, item.highest_modseq, done.modseq
FROM item
LEFT JOIN done ON done.place = item.place;

-- name: small_seen
-- $1 to $6: who changes what; $7 the UID, $8 seen or not. No message twice for a user.
WITH item AS MATERIALIZED (
    SELECT i.*, mailbox.*, page.is_there AS page_is_there,
           (i.uid / 8192)::integer AS page,
           set_bit(B'0'::bit(8192), (i.uid % 8192)::integer, 1) AS mask,
           EXISTS (SELECT FROM entries e WHERE e.mailbox_id = i.mailbox_id AND e.uid = i.uid
                   OFFSET 0)
               AND coalesce(page.seen, 0) <> i.seen::integer AS changes
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                $7::bigint[], $8::boolean[]) WITH ORDINALITY
             AS i (mailbox_id, known_rights_modseq, user_id, actor, client, change_id,
                   uid, seen, place)
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.mailbox_id, i.known_rights_modseq, i.user_id)
                        OFFSET 0) AS mailbox
    LEFT JOIN LATERAL (SELECT true AS is_there, get_bit(p.bits, (i.uid % 8192)::integer) AS seen
                       FROM seen_pages p
                       WHERE p.mailbox_id = i.mailbox_id AND p.user_id = i.user_id
                         AND p.page = (i.uid / 8192)::integer
                       OFFSET 0) page ON true
    WHERE i.mailbox_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
), done AS MATERIALIZED (
    SELECT *, highest_modseq + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS modseq
    FROM item
    WHERE NOT stale AND changes
), total AS MATERIALIZED (
    SELECT mailbox_id, user_id, page, page_is_there, max(modseq) AS modseq,
           coalesce(bit_or(mask) FILTER (WHERE seen), B'0'::bit(8192)) AS marked,
           coalesce(bit_or(mask) FILTER (WHERE NOT seen), B'0'::bit(8192)) AS cleared
    FROM done
    GROUP BY mailbox_id, user_id, page, page_is_there
), kept AS (
    UPDATE seen_pages p
    SET bits = (p.bits & ~ total.cleared) | total.marked, modseq = total.modseq
    FROM total
    WHERE p.mailbox_id = total.mailbox_id AND p.user_id = total.user_id AND p.page = total.page
      AND total.page_is_there
), added AS (
    INSERT INTO seen_pages (mailbox_id, user_id, page, bits, modseq)
    SELECT mailbox_id, user_id, page, marked, modseq FROM total WHERE page_is_there IS NULL
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = last.modseq
    FROM (SELECT mailbox_id, max(modseq) AS modseq FROM done GROUP BY mailbox_id) AS last
    WHERE s.mailbox_id = last.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_cleared, flags_set, user_id, actor,
                         client, change_id)
    SELECT mailbox_id, modseq, 'seen', int8multirange(int8range(uid, uid + 1)), (NOT seen)::integer,
           seen::integer, user_id, actor, client, change_id
    FROM done
)
SELECT item.place, item.stale, item.uidvalidity, item.highest_modseq, done.modseq
FROM item
LEFT JOIN done ON done.place = item.place;

-- name: small_expunge
-- $1 to $6: who changes what; $7 the UID, $8 whether only if it has \Deleted, $9 the
-- modseq that the mailbox must have, or null. No message twice.
WITH item AS MATERIALIZED (
    SELECT i.*, mailbox.stale OR coalesce(mailbox.highest_modseq <> i.expected, false) AS stale,
           mailbox.uidvalidity, mailbox.highest_modseq, mailbox.deleted_uidnext, e.*
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                $7::bigint[], $8::boolean[], $9::bigint[]) WITH ORDINALITY
             AS i (mailbox_id, known_rights_modseq, user_id, actor, client, change_id,
                   uid, only_deleted, expected, place)
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.mailbox_id, i.known_rights_modseq, i.user_id)
                        OFFSET 0) AS mailbox
    LEFT JOIN LATERAL (SELECT e.ctid AS place_on_disk, e.message_id, e.flags, e.size,
                              e.internal_date, e.save_date
                       FROM entries e
                       WHERE e.mailbox_id = i.mailbox_id AND e.uid = i.uid
                       OFFSET 0) e ON true
    WHERE i.mailbox_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
), done AS MATERIALIZED (
    SELECT *, highest_modseq + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS modseq
    FROM item
    WHERE NOT stale AND place_on_disk IS NOT NULL AND (NOT only_deleted OR flags & 8 <> 0)
), gone AS (
    DELETE FROM entries e USING done WHERE e.ctid = done.place_on_disk
), kept AS (
    INSERT INTO expunged (mailbox_id, uid, message_id, flags, size, internal_date, save_date, modseq,
                          deleted_uid)
    SELECT mailbox_id, uid, message_id, flags, size, internal_date, save_date, modseq,
           deleted_uidnext - 1 + modseq - highest_modseq
    FROM done
), page AS MATERIALIZED (
    SELECT p.place, p.user_id, p.bits, gone.mailbox_id, gone.page, gone.mask
    FROM (SELECT mailbox_id, (uid / 8192)::integer AS page,
                 bit_or(set_bit(B'0'::bit(8192), (uid % 8192)::integer, 1)) AS mask
          FROM done
          GROUP BY 1, 2) AS gone
    CROSS JOIN LATERAL (SELECT p.ctid AS place, p.user_id, p.bits FROM seen_pages p
                        WHERE p.mailbox_id = gone.mailbox_id AND p.page = gone.page
                        OFFSET 0) p
    WHERE bit_count(p.bits & gone.mask) > 0
), cleared AS (
    UPDATE seen_pages p SET bits = p.bits & ~ page.mask
    FROM page
    WHERE p.ctid = page.place
), seen_kept AS (
    INSERT INTO expunged_seen (mailbox_id, modseq, uids, user_ids)
    SELECT done.mailbox_id, done.modseq, int8multirange(int8range(done.uid, done.uid + 1)),
           array_agg(page.user_id)
    FROM done
    JOIN page ON page.mailbox_id = done.mailbox_id AND page.page = done.uid / 8192
             AND get_bit(page.bits, (done.uid % 8192)::integer) = 1
    GROUP BY done.mailbox_id, done.modseq, done.uid
), state AS (
    UPDATE mailbox_state s
    SET highest_modseq = total.modseq, messages = s.messages - total.messages,
        bytes = s.bytes - total.bytes, deleted = s.deleted - total.deleted,
        seen = s.seen - total.seen, deleted_uidnext = s.deleted_uidnext + total.messages,
        recently_deleted = s.recently_deleted + total.messages
    FROM (SELECT mailbox_id, max(modseq) AS modseq, count(*) AS messages,
                 sum(size)::bigint AS bytes, sum(flags >> 3 & 1) AS deleted, sum(flags & 1) AS seen
          FROM done
          GROUP BY mailbox_id) AS total
    WHERE s.mailbox_id = total.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, actor, client, change_id)
    SELECT mailbox_id, modseq, 'expunge', int8multirange(int8range(uid, uid + 1)), actor, client,
           change_id
    FROM done
)
SELECT item.place, item.stale, item.uidvalidity, item.highest_modseq, done.modseq
FROM item
LEFT JOIN done ON done.place = item.place;

-- name: small_move
-- $1 to $6: who changes what, where the message comes to; $7 the mailbox that it leaves,
-- $8 the modseq of its rights as of which the user may, $9 the UID there, $10 the flags
-- it will have, $11 the modseq that the mailbox it leaves must have, or null. The message
-- lives on, so nothing goes to `expunged`. No message twice. highest_modseq is that of
-- the mailbox it leaves.
WITH item AS MATERIALIZED (
    SELECT i.*, mailbox.uidvalidity, mailbox.uidnext, mailbox.highest_modseq AS modseq_before,
           source.highest_modseq, e.*,
           mailbox.stale OR source.stale
               OR coalesce(source.highest_modseq <> i.expected, false) AS stale
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
                $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
             WITH ORDINALITY
             AS i (mailbox_id, known_rights_modseq, user_id, actor, client, change_id,
                   source_id, source_rights_modseq, old_uid, flags, expected, place)
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.mailbox_id, i.known_rights_modseq, i.user_id)
                        OFFSET 0) AS mailbox
    CROSS JOIN LATERAL (SELECT *
                        FROM small_mailbox(i.source_id, i.source_rights_modseq, i.user_id)
                        OFFSET 0) AS source
    LEFT JOIN LATERAL (SELECT e.ctid AS place_on_disk, e.message_id, e.flags AS old_flags, e.size,
                              e.internal_date
                       FROM entries e
                       WHERE e.mailbox_id = i.source_id AND e.uid = i.old_uid
                       OFFSET 0) e ON true
    WHERE i.mailbox_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
      AND i.source_id = ANY ((SELECT current_setting('postroom.locked')::bigint[])::bigint[])
), side AS MATERIALIZED (
    -- One mailbox may be where some come to and others leave.
    SELECT place, mailbox_id, comes,
           modseq_before + row_number() OVER (PARTITION BY mailbox_id ORDER BY place) AS modseq,
           uidnext - 1 + count(*) FILTER (WHERE comes)
               OVER (PARTITION BY mailbox_id ORDER BY place) AS uid
    FROM (SELECT place, mailbox_id, true AS comes, modseq_before, uidnext
          FROM item
          WHERE NOT stale AND place_on_disk IS NOT NULL
          UNION ALL
          SELECT place, source_id, false, highest_modseq, 0
          FROM item
          WHERE NOT stale AND place_on_disk IS NOT NULL) AS each
), done AS MATERIALIZED (
    SELECT item.*, new.uid, new.modseq, old.modseq AS old_modseq
    FROM item
    JOIN side new ON new.place = item.place AND new.comes
    JOIN side old ON old.place = item.place AND NOT old.comes
), gone AS (
    DELETE FROM entries e USING done WHERE e.ctid = done.place_on_disk
), entry AS (
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT mailbox_id, uid, message_id, flags, modseq, size, internal_date FROM done
), page AS (
    UPDATE seen_pages p SET bits = p.bits & ~ gone.mask
    FROM (SELECT source_id, (old_uid / 8192)::integer AS page,
                 bit_or(set_bit(B'0'::bit(8192), (old_uid % 8192)::integer, 1)) AS mask
          FROM done
          GROUP BY 1, 2) AS gone
    WHERE p.mailbox_id = gone.source_id AND p.page = gone.page
      AND bit_count(p.bits & gone.mask) > 0
), state AS (
    UPDATE mailbox_state s
    SET uidnext = s.uidnext + total.came, highest_modseq = total.modseq,
        messages = s.messages + total.messages, bytes = s.bytes + total.bytes,
        deleted = s.deleted + total.deleted, seen = s.seen + total.seen
    FROM (SELECT mailbox_id, max(modseq) AS modseq, count(*) FILTER (WHERE sign = 1) AS came,
                 sum(sign) AS messages, sum(sign * size)::bigint AS bytes,
                 sum(sign * (flags >> 3 & 1))::bigint AS deleted,
                 sum(sign * (flags & 1))::bigint AS seen
          FROM (SELECT mailbox_id, modseq, 1 AS sign, size, flags FROM done
                UNION ALL
                SELECT source_id, old_modseq, -1, size, old_flags FROM done) AS each
          GROUP BY mailbox_id) AS total
    WHERE s.mailbox_id = total.mailbox_id
), noted AS (
    INSERT INTO journal (mailbox_id, modseq, kind, uids, actor, client, detail, other_id, other_uids,
                         change_id)
    SELECT source_id, old_modseq, 'expunge', int8multirange(int8range(old_uid, old_uid + 1)),
           actor, client, 'moved', mailbox_id, int8multirange(int8range(uid, uid + 1)), change_id
    FROM done
    UNION ALL
    SELECT mailbox_id, modseq, 'append', int8multirange(int8range(uid, uid + 1)),
           actor, client, 'moved', source_id, int8multirange(int8range(old_uid, old_uid + 1)),
           change_id
    FROM done
)
SELECT item.place, item.stale, item.uidvalidity, item.highest_modseq, done.modseq, done.uid,
       done.message_id, done.old_modseq
FROM item
LEFT JOIN done ON done.place = item.place;
