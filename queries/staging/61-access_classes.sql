SELECT DISTINCT account_id AS key, data_class AS item
FROM staging_accessed
ORDER BY key NULLS FIRST, item NULLS FIRST
