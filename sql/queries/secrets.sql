-- Secrets of the installation.

-- name: secret_get
-- The stored one; else the one offered is stored. A second creator waits for
-- the first and gets what that has stored.
INSERT INTO secrets AS s (name, octets) VALUES ($1::text, $2::bytea)
ON CONFLICT (name) DO UPDATE SET octets = s.octets
RETURNING s.octets;
