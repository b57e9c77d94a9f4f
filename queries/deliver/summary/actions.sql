WITH actions AS (
    SELECT 'user_passwords' AS query, action, state FROM user_passwords WHERE state IS NULL OR state <> 'clear'
    UNION ALL
    SELECT 'app_credentials' AS query, action, state FROM app_credentials WHERE state IS NULL OR state <> 'clear'
    UNION ALL
    SELECT 'certificates' AS query, action, state FROM certificates WHERE state IS NULL OR state <> 'clear'
    UNION ALL
    SELECT 'api_clients' AS query, action, state FROM api_clients WHERE state IS NULL OR state <> 'clear'
)
SELECT query, action, COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS certain, COUNT(*) AS at_most
FROM actions
GROUP BY query, action
ORDER BY query NULLS FIRST, action NULLS FIRST
