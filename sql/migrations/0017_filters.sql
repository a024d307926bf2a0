-- Filters: docs/mail-in.md.

-- A script is a user's or a mailbox's, and goes with its owner.
CREATE TABLE sieve_scripts (
    user_id     bigint REFERENCES users ON DELETE CASCADE,
    mailbox_id  bigint REFERENCES mailboxes ON DELETE CASCADE,
    name        text COLLATE "C" NOT NULL,        -- NFC
    text        bytea COMPRESSION lz4 NOT NULL,
    active      boolean NOT NULL DEFAULT false,
    written_by  bigint NOT NULL,                  -- a user, also one who is gone; 0: the administrator
    changed_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((user_id IS NULL) <> (mailbox_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (user_id, mailbox_id, name)
);
CREATE UNIQUE INDEX sieve_scripts_active ON sieve_scripts (user_id, mailbox_id) NULLS NOT DISTINCT
    WHERE active;
CREATE INDEX sieve_scripts_by_mailbox ON sieve_scripts (mailbox_id) WHERE mailbox_id IS NOT NULL;

-- Whether any of the owner's scripts is active, beside what a delivery reads anyway: null when
-- none is. Each change of a script gives another number, which never comes twice, so that a
-- program that was compiled before is known to be of today.
CREATE SEQUENCE filter_versions;
ALTER TABLE users ADD COLUMN filter_version bigint;
ALTER TABLE mailboxes ADD COLUMN filter_version bigint;

CREATE FUNCTION filter_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed sieve_scripts := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    version bigint;
BEGIN
    SELECT nextval('filter_versions') INTO version
    FROM sieve_scripts s
    WHERE s.active AND s.user_id IS NOT DISTINCT FROM changed.user_id
      AND s.mailbox_id IS NOT DISTINCT FROM changed.mailbox_id;
    IF changed.user_id IS NOT NULL THEN
        UPDATE users SET filter_version = version WHERE id = changed.user_id;
    ELSE
        UPDATE mailboxes SET filter_version = version WHERE id = changed.mailbox_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER filter_changed AFTER INSERT OR UPDATE OR DELETE ON sieve_scripts
    FOR EACH ROW EXECUTE FUNCTION filter_changed();

CREATE OR REPLACE VIEW live_mailboxes AS
    SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name, m.uidvalidity,
           m.special_use, m.seen_per_user, s.rights_modseq, s.highest_modseq, s.first_recent,
           m.auto_subscribe, coalesce(m.quota_root_id, u.quota_root_id) AS quota_root_id,
           m.filter_version
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    LEFT JOIN users u ON u.id = m.owner_id
    WHERE m.deleted_at IS NULL;
