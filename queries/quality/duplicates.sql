-- A record of a table with a key is a duplicate unless the merged row rests on it.
WITH numbered_sso AS (
    SELECT
        account_id AS subject,
        source,
        record,
        ROW_NUMBER() OVER (
            PARTITION BY
                account_id, population, population_raw, product, enforced, bypass_allowed, since, since_latest, until,
                until_latest
            ORDER BY source NULLS FIRST, record NULLS FIRST
        ) AS place
    FROM store_sso
),
numbered_accessed AS (
    SELECT
        account_id AS subject,
        source,
        record,
        ROW_NUMBER() OVER (
            PARTITION BY
                account_id, data_class, extent, extent_raw, determination, determined_at, determined_at_latest, evidence
            ORDER BY source NULLS FIRST, record NULLS FIRST
        ) AS place
    FROM store_accessed
),
numbered_notices AS (
    SELECT
        notice_id AS subject,
        source,
        record,
        ROW_NUMBER() OVER (PARTITION BY notice_id ORDER BY source NULLS FIRST, record NULLS FIRST) AS place
    FROM store_notices
),
accounts_compared AS (
    SELECT
        r.account_id AS subject,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.status) <> MAX(r.status) OR MIN(r.status_raw) <> MAX(r.status_raw) AS status_differs,
        MIN(r.created_at) <> MAX(r.created_at)
            OR MIN(COALESCE(r.created_at_latest, r.created_at)) <> MAX(COALESCE(r.created_at_latest, r.created_at)) AS created_at_differs,
        MIN(r.activated_at) <> MAX(r.activated_at)
            OR MIN(COALESCE(r.activated_at_latest, r.activated_at)) <> MAX(COALESCE(r.activated_at_latest, r.activated_at)) AS activated_at_differs,
        MIN(r.deleted_at) <> MAX(r.deleted_at)
            OR MIN(COALESCE(r.deleted_at_latest, r.deleted_at)) <> MAX(COALESCE(r.deleted_at_latest, r.deleted_at))
            OR (
                COUNT(r.deleted_at) > 0
                AND COUNT(CASE WHEN r.deleted_at IS NULL THEN c1.column_name END) > 0
                AND MAX(m.deleted_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999'
            ) AS deleted_at_differs
    FROM store_accounts AS r
    JOIN staging_merged_accounts AS m ON m.account_id = r.account_id
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'accounts' AND c1.column_name = 'deleted_at'
    GROUP BY r.account_id
),
users_compared AS (
    SELECT
        r.user_id AS subject,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.role) <> MAX(r.role) OR MIN(r.role_raw) <> MAX(r.role_raw) AS role_differs,
        MIN(r.product) <> MAX(r.product) AS product_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.active) <> MAX(r.active) AS active_differs,
        MIN(r.suspended) <> MAX(r.suspended) AS suspended_differs,
        MIN(r.has_password) <> MAX(r.has_password) AS has_password_differs,
        MIN(r.sso_only) <> MAX(r.sso_only) AS sso_only_differs,
        MIN(r.created_at) <> MAX(r.created_at)
            OR MIN(COALESCE(r.created_at_latest, r.created_at)) <> MAX(COALESCE(r.created_at_latest, r.created_at)) AS created_at_differs,
        MIN(r.last_login_at) <> MAX(r.last_login_at)
            OR MIN(COALESCE(r.last_login_at_latest, r.last_login_at)) <> MAX(COALESCE(r.last_login_at_latest, r.last_login_at)) AS last_login_at_differs,
        MIN(r.deleted_at) <> MAX(r.deleted_at)
            OR MIN(COALESCE(r.deleted_at_latest, r.deleted_at)) <> MAX(COALESCE(r.deleted_at_latest, r.deleted_at))
            OR (
                COUNT(r.deleted_at) > 0
                AND COUNT(CASE WHEN r.deleted_at IS NULL THEN c1.column_name END) > 0
                AND MAX(m.deleted_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999'
            ) AS deleted_at_differs
    FROM store_users AS r
    JOIN staging_merged_users AS m ON m.user_id = r.user_id
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'users' AND c1.column_name = 'deleted_at'
    GROUP BY r.user_id
),
app_installations_compared AS (
    SELECT
        r.installation_id AS subject,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.kind) <> MAX(r.kind) OR MIN(r.kind_raw) <> MAX(r.kind_raw) AS kind_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.enabled) <> MAX(r.enabled) AS enabled_differs,
        MIN(r.holds_credentials) <> MAX(r.holds_credentials) AS holds_credentials_differs,
        MIN(r.installed_at) <> MAX(r.installed_at)
            OR MIN(COALESCE(r.installed_at_latest, r.installed_at)) <> MAX(COALESCE(r.installed_at_latest, r.installed_at)) AS installed_at_differs,
        MIN(r.updated_at) <> MAX(r.updated_at)
            OR MIN(COALESCE(r.updated_at_latest, r.updated_at)) <> MAX(COALESCE(r.updated_at_latest, r.updated_at)) AS updated_at_differs,
        MIN(r.removed_at) <> MAX(r.removed_at)
            OR MIN(COALESCE(r.removed_at_latest, r.removed_at)) <> MAX(COALESCE(r.removed_at_latest, r.removed_at))
            OR (
                COUNT(r.removed_at) > 0
                AND COUNT(CASE WHEN r.removed_at IS NULL THEN c1.column_name END) > 0
                AND MAX(m.removed_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999'
            ) AS removed_at_differs
    FROM store_app_installations AS r
    JOIN staging_merged_app_installations AS m ON m.installation_id = r.installation_id
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'app_installations' AND c1.column_name = 'removed_at'
    GROUP BY r.installation_id
),
certificates_compared AS (
    SELECT
        r.certificate_id AS subject,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.provided_by) <> MAX(r.provided_by) OR MIN(r.provided_by_raw) <> MAX(r.provided_by_raw) AS provided_by_differs,
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
            OR (
                COUNT(r.revoked_at) > 0
                AND COUNT(CASE WHEN r.revoked_at IS NULL THEN c1.column_name END) > 0
                AND MAX(m.revoked_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999'
            ) AS revoked_at_differs,
        MIN(r.replaced_at) <> MAX(r.replaced_at)
            OR MIN(COALESCE(r.replaced_at_latest, r.replaced_at)) <> MAX(COALESCE(r.replaced_at_latest, r.replaced_at))
            OR (
                COUNT(r.replaced_at) > 0
                AND COUNT(CASE WHEN r.replaced_at IS NULL THEN c2.column_name END) > 0
                AND MAX(m.replaced_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999'
            ) AS replaced_at_differs
    FROM store_certificates AS r
    JOIN staging_merged_certificates AS m ON m.certificate_id = r.certificate_id
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'certificates' AND c1.column_name = 'revoked_at'
    LEFT JOIN param_source_column AS c2
        ON c2.source = r.source AND c2.table_name = 'certificates' AND c2.column_name = 'replaced_at'
    GROUP BY r.certificate_id
),
api_clients_compared AS (
    SELECT
        r.client_id AS subject,
        MAX(m.source) AS source,
        MAX(m.record) AS record,
        MIN(r.kind) <> MAX(r.kind) OR MIN(r.kind_raw) <> MAX(r.kind_raw) AS kind_differs,
        MIN(r.account_id) <> MAX(r.account_id) AS account_id_differs,
        MIN(r.user_id) <> MAX(r.user_id) AS user_id_differs,
        MIN(r.created_at) <> MAX(r.created_at)
            OR MIN(COALESCE(r.created_at_latest, r.created_at)) <> MAX(COALESCE(r.created_at_latest, r.created_at)) AS created_at_differs,
        MIN(r.last_used_at) <> MAX(r.last_used_at)
            OR MIN(COALESCE(r.last_used_at_latest, r.last_used_at)) <> MAX(COALESCE(r.last_used_at_latest, r.last_used_at)) AS last_used_at_differs,
        MIN(r.revoked_at) <> MAX(r.revoked_at)
            OR MIN(COALESCE(r.revoked_at_latest, r.revoked_at)) <> MAX(COALESCE(r.revoked_at_latest, r.revoked_at))
            OR (
                COUNT(r.revoked_at) > 0
                AND COUNT(CASE WHEN r.revoked_at IS NULL THEN c1.column_name END) > 0
                AND MAX(m.revoked_at_latest) = TIMESTAMP '2199-12-31 23:59:59.999999'
            ) AS revoked_at_differs
    FROM store_api_clients AS r
    JOIN staging_merged_api_clients AS m ON m.client_id = r.client_id
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'api_clients' AND c1.column_name = 'revoked_at'
    GROUP BY r.client_id
),
findings AS (
    SELECT
        'DUPLICATE' AS code,
        'accounts' AS table_name,
        r.account_id AS subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM store_accounts AS r
    JOIN staging_merged_accounts AS m ON m.account_id = r.account_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'users' AS table_name,
        r.user_id AS subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM store_users AS r
    JOIN staging_merged_users AS m ON m.user_id = r.user_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'app_installations' AS table_name,
        r.installation_id AS subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM store_app_installations AS r
    JOIN staging_merged_app_installations AS m ON m.installation_id = r.installation_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM store_certificates AS r
    JOIN staging_merged_certificates AS m ON m.certificate_id = r.certificate_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'api_clients' AS table_name,
        r.client_id AS subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM store_api_clients AS r
    JOIN staging_merged_api_clients AS m ON m.client_id = r.client_id
    WHERE r.source <> m.source OR r.record <> m.record
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'credential_changes' AS table_name,
        r.subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM staging_equal_changes AS r
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'sso' AS table_name,
        r.subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM numbered_sso AS r
    WHERE r.place > 1
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'accessed' AS table_name,
        r.subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM numbered_accessed AS r
    WHERE r.place > 1
    UNION ALL
    SELECT
        'DUPLICATE' AS code,
        'notices' AS table_name,
        r.subject,
        CAST(NULL AS STRING) AS column_name,
        r.source,
        r.record
    FROM numbered_notices AS r
    WHERE r.place > 1
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.subject, 'status' AS column_name, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.status_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.subject, 'created_at' AS column_name, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.created_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.subject, 'activated_at' AS column_name, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.activated_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'accounts' AS table_name, r.subject, 'deleted_at' AS column_name, r.source, r.record
    FROM accounts_compared AS r
    WHERE r.deleted_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'role' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.role_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'product' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.product_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'account_id' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'active' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.active_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'suspended' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.suspended_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'has_password' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.has_password_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'sso_only' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.sso_only_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'created_at' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.created_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'last_login_at' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.last_login_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'users' AS table_name, r.subject, 'deleted_at' AS column_name, r.source, r.record
    FROM users_compared AS r
    WHERE r.deleted_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'kind' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.kind_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'account_id' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'enabled' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.enabled_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'holds_credentials' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.holds_credentials_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'installed_at' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.installed_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'updated_at' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.updated_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'app_installations' AS table_name, r.subject, 'removed_at' AS column_name, r.source, r.record
    FROM app_installations_compared AS r
    WHERE r.removed_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'provided_by' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.provided_by_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'account_id' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'key_sha256' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.key_sha256_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'uploaded_at' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.uploaded_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'not_before' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.not_before_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'not_after' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.not_after_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'revoked_at' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.revoked_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'certificates' AS table_name, r.subject, 'replaced_at' AS column_name, r.source, r.record
    FROM certificates_compared AS r
    WHERE r.replaced_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.subject, 'kind' AS column_name, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.kind_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.subject, 'account_id' AS column_name, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.account_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.subject, 'user_id' AS column_name, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.user_id_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.subject, 'created_at' AS column_name, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.created_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.subject, 'last_used_at' AS column_name, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.last_used_at_differs
    UNION ALL
    SELECT 'CONFLICT' AS code, 'api_clients' AS table_name, r.subject, 'revoked_at' AS column_name, r.source, r.record
    FROM api_clients_compared AS r
    WHERE r.revoked_at_differs
)
SELECT code, table_name, subject, column_name, source, record
FROM findings
