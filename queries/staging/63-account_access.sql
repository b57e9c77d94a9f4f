SELECT
    a.account_id,
    COUNT(CASE WHEN c.authentication THEN 1 END) > 0 AS has_authentication,
    COUNT(CASE WHEN c.personal AND a.extent = 'all' THEN 1 END) > 0 AS all_personal,
    COUNT(CASE WHEN c.personal OR c.data_class IS NULL THEN 1 END) > 0 AS maybe_personal
FROM staging_accessed AS a
LEFT JOIN param_class AS c ON c.data_class = a.data_class
GROUP BY a.account_id
