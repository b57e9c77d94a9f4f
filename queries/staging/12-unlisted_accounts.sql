-- Named by a stored row of another table, before merging and whatever as_of, and by none of `accounts`.
WITH named AS (
    SELECT n.account_id FROM store_users AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_credential_changes AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_app_installations AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_certificates AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_api_clients AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_sso AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_accessed AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
    UNION ALL
    SELECT n.account_id FROM store_notices AS n
    WHERE NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
)
SELECT DISTINCT account_id
FROM named
WHERE account_id IS NOT NULL
