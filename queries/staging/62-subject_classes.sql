SELECT DISTINCT a.account_id AS key, a.data_class AS item
FROM staging_accessed AS a
LEFT JOIN param_class AS c ON c.data_class = a.data_class
WHERE c.data_class IS NULL OR c.personal
ORDER BY key NULLS FIRST, item NULLS FIRST
