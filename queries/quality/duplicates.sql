-- A conflict's subject is the key and, behind a colon, the column.
WITH accounts_compared AS (
    SELECT
        r.account_id,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.status) <> MAX(r.status) AS status_differs,
        MIN(r.created_at) <> MAX(r.created_at)
            OR MIN(COALESCE(r.created_at_latest, r.created_at)) <> MAX(COALESCE(r.created_at_latest, r.created_at)) AS created_at_differs,
        MIN(r.activated_at) <> MAX(r.activated_at)
            OR MIN(COALESCE(r.activated_at_latest, r.activated_at)) <> MAX(COALESCE(r.activated_at_latest, r.activated_at)) AS activated_at_differs,
        MIN(r.deleted_at) <> MAX(r.deleted_at)
            OR MIN(COALESCE(r.deleted_at_latest, r.deleted_at)) <> MAX(COALESCE(r.deleted_at_latest, r.deleted_at))
            OR (COUNT(r.deleted_at) BETWEEN 1 AND COUNT(*) - 1 AND MAX(m.deleted_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999') AS deleted_at_differs
    FROM store_accounts AS r
    JOIN staging_merged_accounts AS m ON m.account_id = r.account_id
    GROUP BY r.account_id
),
users_compared AS (
    SELECT
        r.user_id,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.role) <> MAX(r.role) AS role_differs,
        MIN(r.product) <> MAX(r.product) AS product_differs,
        MIN(r.active) <> MAX(r.active) AS active_differs,
        MIN(r.suspended) <> MAX(r.suspended) AS suspended_differs,
        MIN(r.has_password) <> MAX(r.has_password) AS has_password_differs,
        MIN(r.sso_only) <> MAX(r.sso_only) AS sso_only_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.created_at) <> MAX(r.created_at)
            OR MIN(COALESCE(r.created_at_latest, r.created_at)) <> MAX(COALESCE(r.created_at_latest, r.created_at)) AS created_at_differs,
        MIN(r.last_login_at) <> MAX(r.last_login_at)
            OR MIN(COALESCE(r.last_login_at_latest, r.last_login_at)) <> MAX(COALESCE(r.last_login_at_latest, r.last_login_at)) AS last_login_at_differs,
        MIN(r.deleted_at) <> MAX(r.deleted_at)
            OR MIN(COALESCE(r.deleted_at_latest, r.deleted_at)) <> MAX(COALESCE(r.deleted_at_latest, r.deleted_at))
            OR (COUNT(r.deleted_at) BETWEEN 1 AND COUNT(*) - 1 AND MAX(m.deleted_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999') AS deleted_at_differs
    FROM store_users AS r
    JOIN staging_merged_users AS m ON m.user_id = r.user_id
    GROUP BY r.user_id
),
app_installations_compared AS (
    SELECT
        r.installation_id,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.kind) <> MAX(r.kind) AS kind_differs,
        MIN(r.enabled) <> MAX(r.enabled) AS enabled_differs,
        MIN(r.holds_credentials) <> MAX(r.holds_credentials) AS holds_credentials_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.installed_at) <> MAX(r.installed_at)
            OR MIN(COALESCE(r.installed_at_latest, r.installed_at)) <> MAX(COALESCE(r.installed_at_latest, r.installed_at)) AS installed_at_differs,
        MIN(r.updated_at) <> MAX(r.updated_at)
            OR MIN(COALESCE(r.updated_at_latest, r.updated_at)) <> MAX(COALESCE(r.updated_at_latest, r.updated_at)) AS updated_at_differs,
        MIN(r.removed_at) <> MAX(r.removed_at)
            OR MIN(COALESCE(r.removed_at_latest, r.removed_at)) <> MAX(COALESCE(r.removed_at_latest, r.removed_at))
            OR (COUNT(r.removed_at) BETWEEN 1 AND COUNT(*) - 1 AND MAX(m.removed_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999') AS removed_at_differs
    FROM store_app_installations AS r
    JOIN staging_merged_app_installations AS m ON m.installation_id = r.installation_id
    GROUP BY r.installation_id
),
certificates_compared AS (
    SELECT
        r.certificate_id,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.provided_by) <> MAX(r.provided_by) AS provided_by_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.key_sha256) <> MAX(r.key_sha256) AS key_sha256_differs,
        MIN(r.uploaded_at) <> MAX(r.uploaded_at)
            OR MIN(COALESCE(r.uploaded_at_latest, r.uploaded_at)) <> MAX(COALESCE(r.uploaded_at_latest, r.uploaded_at)) AS uploaded_at_differs,
        MIN(r.not_before) <> MAX(r.not_before)
            OR MIN(COALESCE(r.not_before_latest, r.not_before)) <> MAX(COALESCE(r.not_before_latest, r.not_before)) AS not_before_differs,
        MIN(r.not_after) <> MAX(r.not_after)
            OR MIN(COALESCE(r.not_after_latest, r.not_after)) <> MAX(COALESCE(r.not_after_latest, r.not_after)) AS not_after_differs,
        MIN(r.revoked_at) <> MAX(r.revoked_at)
            OR MIN(COALESCE(r.revoked_at_latest, r.revoked_at)) <> MAX(COALESCE(r.revoked_at_latest, r.revoked_at))
            OR (COUNT(r.revoked_at) BETWEEN 1 AND COUNT(*) - 1 AND MAX(m.revoked_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999') AS revoked_at_differs,
        MIN(r.replaced_at) <> MAX(r.replaced_at)
            OR MIN(COALESCE(r.replaced_at_latest, r.replaced_at)) <> MAX(COALESCE(r.replaced_at_latest, r.replaced_at))
            OR (COUNT(r.replaced_at) BETWEEN 1 AND COUNT(*) - 1 AND MAX(m.replaced_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999') AS replaced_at_differs
    FROM store_certificates AS r
    JOIN staging_merged_certificates AS m ON m.certificate_id = r.certificate_id
    GROUP BY r.certificate_id
),
api_clients_compared AS (
    SELECT
        r.client_id,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.kind) <> MAX(r.kind) AS kind_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.user_id) <> MAX(r.user_id) AS user_id_differs,
        MIN(r.created_at) <> MAX(r.created_at)
            OR MIN(COALESCE(r.created_at_latest, r.created_at)) <> MAX(COALESCE(r.created_at_latest, r.created_at)) AS created_at_differs,
        MIN(r.last_used_at) <> MAX(r.last_used_at)
            OR MIN(COALESCE(r.last_used_at_latest, r.last_used_at)) <> MAX(COALESCE(r.last_used_at_latest, r.last_used_at)) AS last_used_at_differs,
        MIN(r.revoked_at) <> MAX(r.revoked_at)
            OR MIN(COALESCE(r.revoked_at_latest, r.revoked_at)) <> MAX(COALESCE(r.revoked_at_latest, r.revoked_at))
            OR (COUNT(r.revoked_at) BETWEEN 1 AND COUNT(*) - 1 AND MAX(m.revoked_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999') AS revoked_at_differs
    FROM store_api_clients AS r
    JOIN staging_merged_api_clients AS m ON m.client_id = r.client_id
    GROUP BY r.client_id
),
findings AS (
    SELECT 'DUPLICATE' AS code, 'accounts' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_accounts AS r
    JOIN staging_merged_accounts AS m ON m.account_id = r.account_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT 'DUPLICATE' AS code, 'users' AS table_name, r.user_id AS subject, r.source, r.record
    FROM store_users AS r
    JOIN staging_merged_users AS m ON m.user_id = r.user_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT 'DUPLICATE' AS code, 'app_installations' AS table_name, r.installation_id AS subject, r.source, r.record
    FROM store_app_installations AS r
    JOIN staging_merged_app_installations AS m ON m.installation_id = r.installation_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT 'DUPLICATE' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM store_certificates AS r
    JOIN staging_merged_certificates AS m ON m.certificate_id = r.certificate_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT 'DUPLICATE' AS code, 'api_clients' AS table_name, r.client_id AS subject, r.source, r.record
    FROM store_api_clients AS r
    JOIN staging_merged_api_clients AS m ON m.client_id = r.client_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.account_id || ': status' AS subject, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.status_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.account_id || ': created_at' AS subject, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.created_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.account_id || ': activated_at' AS subject, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.activated_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.account_id || ': deleted_at' AS subject, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.deleted_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': role' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.role_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': product' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.product_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': active' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.active_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': suspended' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.suspended_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': has_password' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.has_password_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': sso_only' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.sso_only_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': account_id' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': created_at' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.created_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': last_login_at' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.last_login_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.user_id || ': deleted_at' AS subject, r.source, r.record
    FROM users_compared AS r
    WHERE r.deleted_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': kind' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.kind_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': enabled' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.enabled_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': holds_credentials' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.holds_credentials_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': account_id' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': installed_at' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.installed_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': updated_at' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.updated_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.installation_id || ': removed_at' AS subject, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.removed_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': provided_by' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.provided_by_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': account_id' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': key_sha256' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.key_sha256_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': uploaded_at' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.uploaded_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': not_before' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.not_before_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': not_after' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.not_after_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': revoked_at' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.revoked_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.certificate_id || ': replaced_at' AS subject, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.replaced_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.client_id || ': kind' AS subject, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.kind_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.client_id || ': account_id' AS subject, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.client_id || ': user_id' AS subject, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.user_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.client_id || ': created_at' AS subject, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.created_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.client_id || ': last_used_at' AS subject, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.last_used_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.client_id || ': revoked_at' AS subject, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.revoked_at_differs
)
SELECT code, table_name, subject, source, record
FROM findings
ORDER BY
    code NULLS FIRST, table_name NULLS FIRST, subject NULLS FIRST, source NULLS FIRST, record NULLS FIRST
