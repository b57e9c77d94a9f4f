SELECT DISTINCT a.account_id AS key, REPLACE(COALESCE(c.title, a.data_class), ';', ',') AS item
FROM staging_accessed AS a
LEFT JOIN param_class AS c ON c.data_class = a.data_class
WHERE a.account_id IS NOT NULL
ORDER BY key NULLS FIRST, item NULLS FIRST
