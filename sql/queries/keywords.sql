-- Which bit of entries.flags is which keyword. Names compare without case, in
-- ASCII (the column's collation is "C").

-- name: keywords_load
SELECT bit, name FROM mailbox_keywords WHERE mailbox_id = $1::bigint ORDER BY bit;

-- name: keywords_add
-- repeatable
-- The lowest free bits. Another session may take them first: then some names
-- have none yet, and the caller, who loads the table next, tries again.
WITH wanted AS (
    SELECT min(w.name COLLATE "C") AS name,
           row_number() OVER (ORDER BY min(w.place)) AS number
    FROM unnest($2::text[]) WITH ORDINALITY AS w (name, place)
    WHERE NOT EXISTS (SELECT FROM mailbox_keywords k
                      WHERE k.mailbox_id = $1::bigint AND lower(k.name) = lower(w.name COLLATE "C"))
    GROUP BY lower(w.name COLLATE "C")
), free AS (
    SELECT bit, row_number() OVER (ORDER BY bit) AS number
    FROM generate_series(5, 62) AS bit
    WHERE NOT EXISTS (SELECT FROM mailbox_keywords k WHERE k.mailbox_id = $1 AND k.bit = bit.bit)
)
INSERT INTO mailbox_keywords (mailbox_id, bit, name)
SELECT $1, free.bit, wanted.name
FROM wanted
JOIN free USING (number)
ON CONFLICT DO NOTHING;
