-- Named by a stored row of another table, before merging and whatever as_of, and by none of `accounts`.
WITH named AS (
    SELECT account_id FROM store_users
    UNION ALL
    SELECT account_id FROM store_credential_changes
    UNION ALL
    SELECT account_id FROM store_app_installations
    UNION ALL
    SELECT account_id FROM store_certificates
    UNION ALL
    SELECT account_id FROM store_api_clients
    UNION ALL
    SELECT account_id FROM store_sso
    UNION ALL
    SELECT account_id FROM store_accessed
    UNION ALL
    SELECT account_id FROM store_notices
)
SELECT DISTINCT n.account_id
FROM named AS n
WHERE n.account_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM store_accounts AS a WHERE a.account_id = n.account_id)
