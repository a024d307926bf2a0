-- What FETCH PREVIEW shows (RFC 8970), made at append. Null: not made yet, of mail that was stored
-- before, or is large: then it is made when somebody asks, and kept.
ALTER TABLE messages ADD COLUMN preview bytea COMPRESSION lz4;
