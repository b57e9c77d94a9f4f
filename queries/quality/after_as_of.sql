WITH findings AS (
    SELECT 'AFTER_AS_OF' AS code, 'credential_changes' AS table_name, COALESCE(r.subject_id, r.user_id) AS subject, r.source, r.record
    FROM store_credential_changes AS r
    CROSS JOIN param_incident AS i
    WHERE r.changed_at > i.as_of
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'accessed' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_accessed AS r
    CROSS JOIN param_incident AS i
    WHERE r.determined_at > i.as_of
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'sso' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_sso AS r
    CROSS JOIN param_incident AS i
    WHERE r.since > i.as_of
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'accounts' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_accounts AS r
    CROSS JOIN param_incident AS i
    JOIN staging_accounts AS m ON m.account_id = r.account_id
    WHERE r.deleted_at > i.as_of AND m.deleted_at IS NULL
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'users' AS table_name, r.user_id AS subject, r.source, r.record
    FROM store_users AS r
    CROSS JOIN param_incident AS i
    JOIN staging_users AS m ON m.user_id = r.user_id
    WHERE r.deleted_at > i.as_of AND m.deleted_at IS NULL
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'app_installations' AS table_name, r.installation_id AS subject, r.source, r.record
    FROM store_app_installations AS r
    CROSS JOIN param_incident AS i
    JOIN staging_app_installations AS m ON m.installation_id = r.installation_id
    WHERE r.removed_at > i.as_of AND m.removed_at IS NULL
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM store_certificates AS r
    CROSS JOIN param_incident AS i
    JOIN staging_certificates AS m ON m.certificate_id = r.certificate_id
    WHERE r.revoked_at > i.as_of AND m.revoked_at IS NULL
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM store_certificates AS r
    CROSS JOIN param_incident AS i
    JOIN staging_certificates AS m ON m.certificate_id = r.certificate_id
    WHERE r.replaced_at > i.as_of AND m.replaced_at IS NULL
    UNION ALL
    SELECT 'AFTER_AS_OF' AS code, 'api_clients' AS table_name, r.client_id AS subject, r.source, r.record
    FROM store_api_clients AS r
    CROSS JOIN param_incident AS i
    JOIN staging_api_clients AS m ON m.client_id = r.client_id
    WHERE r.revoked_at > i.as_of AND m.revoked_at IS NULL
    UNION ALL
    SELECT 'CREATED_AFTER_AS_OF' AS code, 'accounts' AS table_name, r.account_id AS subject, r.source, r.record
    FROM staging_accounts AS r
    CROSS JOIN param_incident AS i
    WHERE r.created_at > i.as_of
    UNION ALL
    SELECT 'CREATED_AFTER_AS_OF' AS code, 'users' AS table_name, r.user_id AS subject, r.source, r.record
    FROM staging_users AS r
    CROSS JOIN param_incident AS i
    WHERE r.created_at > i.as_of
    UNION ALL
    SELECT 'CREATED_AFTER_AS_OF' AS code, 'app_installations' AS table_name, r.installation_id AS subject, r.source, r.record
    FROM staging_app_installations AS r
    CROSS JOIN param_incident AS i
    WHERE r.installed_at > i.as_of
    UNION ALL
    SELECT 'CREATED_AFTER_AS_OF' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM staging_certificates AS r
    CROSS JOIN param_incident AS i
    WHERE r.uploaded_at > i.as_of
    UNION ALL
    SELECT 'CREATED_AFTER_AS_OF' AS code, 'api_clients' AS table_name, r.client_id AS subject, r.source, r.record
    FROM staging_api_clients AS r
    CROSS JOIN param_incident AS i
    WHERE r.created_at > i.as_of
)
SELECT code, table_name, subject, source, record
FROM findings
ORDER BY
    code NULLS FIRST, table_name NULLS FIRST, subject NULLS FIRST, source NULLS FIRST, record NULLS FIRST
