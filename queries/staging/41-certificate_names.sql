-- The union of the lists that the rows of one certificate name, taken apart by place: there is no common form for it.
WITH digits AS (
    SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
    UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
places AS (
    SELECT a.digit * 1000 + b.digit * 100 + c.digit * 10 + d.digit + 1 AS place
    FROM digits AS a
    CROSS JOIN digits AS b
    CROSS JOIN digits AS c
    CROSS JOIN digits AS d
),
lists AS (
    SELECT r.certificate_id, r.names, LENGTH(r.names) - LENGTH(REPLACE(r.names, ';', '')) + 1 AS items
    FROM store_certificates AS r
    JOIN staging_duplicate_certificates AS d ON d.certificate_id = r.certificate_id
    WHERE r.names IS NOT NULL
)
SELECT DISTINCT l.certificate_id AS key, SPLIT_PART(l.names, ';', p.place) AS item
FROM lists AS l
JOIN places AS p ON p.place <= l.items
ORDER BY key NULLS FIRST, item NULLS FIRST
