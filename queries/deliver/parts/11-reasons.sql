WITH reasons AS (
    SELECT account_id, 'account_exposure.' || reason AS item
    FROM account_exposure
    UNION ALL
    SELECT account_id, 'user_passwords.' || reason AS item
    FROM user_passwords
    WHERE state <> 'clear'
    UNION ALL
    SELECT account_id, 'app_credentials.' || reason AS item
    FROM app_credentials
    WHERE state <> 'clear'
    UNION ALL
    SELECT account_id, 'certificates.' || reason AS item
    FROM certificates
    WHERE state <> 'clear'
    UNION ALL
    SELECT account_id, 'api_clients.' || reason AS item
    FROM api_clients
    WHERE state <> 'clear'
)
SELECT DISTINCT account_id AS key, item
FROM reasons
WHERE account_id IS NOT NULL
ORDER BY key NULLS FIRST, item NULLS FIRST
