-- What the sizes are made of. Foreign keys are not looked at: what refers is made
-- from what is there.

CREATE SCHEMA growth;

-- A user with alice's password and, as if it had been made over IMAP, an INBOX.
CREATE FUNCTION growth.add_mailbox(owner_id bigint, name text) RETURNS bigint
LANGUAGE sql AS $$
    WITH added AS (
        INSERT INTO mailboxes (owner_id, name, seen_per_user) VALUES ($1, $2, false)
        RETURNING id
    ), state AS (
        INSERT INTO mailbox_state (mailbox_id) SELECT id FROM added
    ), rights AS (
        INSERT INTO acl (mailbox_id, user_id, rights, granted_by)
        SELECT id, $1, 2047, 'growth' FROM added
    )
    SELECT id FROM added
$$;

CREATE FUNCTION growth.add_user(login text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO users (login, verifier)
    SELECT add_user.login, verifier FROM users u WHERE u.login = 'alice'
    RETURNING id INTO added;
    PERFORM growth.add_mailbox(added, 'INBOX');
    RETURN added;
END
$$;

-- Messages 1 to count, which are the given letters over and over; a tenth is flagged.
CREATE FUNCTION growth.fill(mailbox bigint, count bigint, letters bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    CREATE TEMPORARY TABLE IF NOT EXISTS letter AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, size FROM messages
        ORDER BY id LIMIT letters;
    CREATE UNIQUE INDEX IF NOT EXISTS letter_by_n ON letter (n);
    INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)
    SELECT mailbox, uid, letter.id, CASE WHEN uid % 10 = 0 THEN 4 ELSE 0 END, 2, letter.size,
           timestamptz '2025-01-01' + uid * interval '1 minute'
    FROM generate_series(1, count) AS uid
    JOIN letter ON letter.n = uid % letters;
    INSERT INTO journal (mailbox_id, modseq, kind, uids, actor, client)
    VALUES (mailbox, 2, 'append', int8multirange(int8range(1, count + 1)), 'growth', '');
    UPDATE mailbox_state s
    SET uidnext = count + 1, highest_modseq = 2, messages = count, first_recent = count + 1,
        bytes = (SELECT sum(size) FROM entries e WHERE e.mailbox_id = mailbox)
    WHERE s.mailbox_id = mailbox;
END
$$;

-- A user with an INBOX of that many messages, and further mailboxes "F1" and so on.
CREATE FUNCTION growth.add_owner(login text, messages bigint, mailboxes bigint, letters bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    added bigint := growth.add_user(login);
    one bigint;
BEGIN
    FOR i IN 1 .. mailboxes LOOP
        one := growth.add_mailbox(added, 'F' || i);
        INSERT INTO subscriptions (user_id, owner_id, name) VALUES (added, added, 'F' || i);
    END LOOP;
    IF messages > 0 THEN
        PERFORM growth.fill((SELECT id FROM mailboxes WHERE owner_id = added AND name = 'INBOX'),
                            messages, letters);
    END IF;
END
$$;

-- Users of whom nobody who measures sees anything: each with two mailboxes, mail, a
-- group and rights for the one before.
CREATE FUNCTION growth.add_others(first bigint, last bigint, messages bigint, letters bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own_group bigint;
BEGIN
    FOR i IN first .. last LOOP
        PERFORM growth.add_owner('other' || i, messages, 1, letters);
        INSERT INTO groups (name) VALUES ('group' || i) RETURNING id INTO own_group;
        INSERT INTO group_members (group_id, user_id)
        SELECT own_group, id FROM users WHERE login = 'other' || i;
        INSERT INTO acl (mailbox_id, user_id, rights, granted_by)
        SELECT m.id, before.id, 7, 'growth'
        FROM users u
        JOIN mailboxes m ON m.owner_id = u.id AND m.name = 'F1'
        JOIN users before ON before.login = 'other' || (i - 1)
        WHERE u.login = 'other' || i;
    END LOOP;
END
$$;
