-- The schema's version, for store/schema.c. These run on a plain connection
-- before there may be a schema, so they are not prepared.

-- name: schema_lock
-- unprepared
-- Several programs may migrate at once; the lock goes with the connection.
SELECT pg_advisory_lock(8101161661);

-- name: schema_create_version
-- unprepared
CREATE TABLE IF NOT EXISTS schema_version (
    version     integer PRIMARY KEY,
    name        text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- name: schema_has_version
-- unprepared
SELECT to_regclass('schema_version') IS NOT NULL;

-- name: schema_read_version
-- unprepared
SELECT coalesce(max(version), 0) FROM schema_version;

-- name: schema_add_version
-- unprepared
INSERT INTO schema_version (version, name) VALUES ($1::integer, $2::text);
