-- Endings are left out after merging: of a key with several records, the merged one counts.
WITH findings AS (
    SELECT
        'AFTER_AS_OF' AS code,
        'credential_changes' AS table_name,
        COALESCE(r.subject_id, r.user_id) AS subject,
        'changed_at' AS column_name,
        r.source,
        r.record
    FROM store_credential_changes AS r
    CROSS JOIN param_incident AS i
    WHERE r.changed_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'accessed' AS table_name,
        r.account_id AS subject,
        'determined_at' AS column_name,
        r.source,
        r.record
    FROM store_accessed AS r
    CROSS JOIN param_incident AS i
    WHERE r.determined_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'sso' AS table_name,
        r.account_id AS subject,
        'since' AS column_name,
        r.source,
        r.record
    FROM store_sso AS r
    CROSS JOIN param_incident AS i
    WHERE r.since > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'accounts' AS table_name,
        r.account_id AS subject,
        'deleted_at' AS column_name,
        r.source,
        r.record
    FROM store_accounts AS r
    CROSS JOIN param_incident AS i
    WHERE r.deleted_at > i.as_of
        AND NOT EXISTS (SELECT 1 FROM staging_duplicate_accounts AS d WHERE d.account_id = r.account_id)
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'accounts' AS table_name,
        r.account_id AS subject,
        'deleted_at' AS column_name,
        r.source,
        r.record
    FROM staging_merged_accounts AS r
    CROSS JOIN param_incident AS i
    WHERE r.deleted_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'users' AS table_name,
        r.user_id AS subject,
        'deleted_at' AS column_name,
        r.source,
        r.record
    FROM store_users AS r
    CROSS JOIN param_incident AS i
    WHERE r.deleted_at > i.as_of
        AND NOT EXISTS (SELECT 1 FROM staging_duplicate_users AS d WHERE d.user_id = r.user_id)
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'users' AS table_name,
        r.user_id AS subject,
        'deleted_at' AS column_name,
        r.source,
        r.record
    FROM staging_merged_users AS r
    CROSS JOIN param_incident AS i
    WHERE r.deleted_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'app_installations' AS table_name,
        r.installation_id AS subject,
        'removed_at' AS column_name,
        r.source,
        r.record
    FROM store_app_installations AS r
    CROSS JOIN param_incident AS i
    WHERE r.removed_at > i.as_of
        AND NOT EXISTS (SELECT 1 FROM staging_duplicate_app_installations AS d WHERE d.installation_id = r.installation_id)
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'app_installations' AS table_name,
        r.installation_id AS subject,
        'removed_at' AS column_name,
        r.source,
        r.record
    FROM staging_merged_app_installations AS r
    CROSS JOIN param_incident AS i
    WHERE r.removed_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'revoked_at' AS column_name,
        r.source,
        r.record
    FROM store_certificates AS r
    CROSS JOIN param_incident AS i
    WHERE r.revoked_at > i.as_of
        AND NOT EXISTS (SELECT 1 FROM staging_duplicate_certificates AS d WHERE d.certificate_id = r.certificate_id)
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'revoked_at' AS column_name,
        r.source,
        r.record
    FROM staging_merged_certificates AS r
    CROSS JOIN param_incident AS i
    WHERE r.revoked_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'replaced_at' AS column_name,
        r.source,
        r.record
    FROM store_certificates AS r
    CROSS JOIN param_incident AS i
    WHERE r.replaced_at > i.as_of
        AND NOT EXISTS (SELECT 1 FROM staging_duplicate_certificates AS d WHERE d.certificate_id = r.certificate_id)
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'replaced_at' AS column_name,
        r.source,
        r.record
    FROM staging_merged_certificates AS r
    CROSS JOIN param_incident AS i
    WHERE r.replaced_at > i.as_of
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'api_clients' AS table_name,
        r.client_id AS subject,
        'revoked_at' AS column_name,
        r.source,
        r.record
    FROM store_api_clients AS r
    CROSS JOIN param_incident AS i
    WHERE r.revoked_at > i.as_of
        AND NOT EXISTS (SELECT 1 FROM staging_duplicate_api_clients AS d WHERE d.client_id = r.client_id)
    UNION ALL
    SELECT
        'AFTER_AS_OF' AS code,
        'api_clients' AS table_name,
        r.client_id AS subject,
        'revoked_at' AS column_name,
        r.source,
        r.record
    FROM staging_merged_api_clients AS r
    CROSS JOIN param_incident AS i
    WHERE r.revoked_at > i.as_of
    UNION ALL
    SELECT
        'CREATED_AFTER_AS_OF' AS code,
        'accounts' AS table_name,
        r.account_id AS subject,
        'created_at' AS column_name,
        r.source,
        r.record
    FROM staging_accounts AS r
    CROSS JOIN param_incident AS i
    WHERE r.created_at > i.as_of
    UNION ALL
    SELECT
        'CREATED_AFTER_AS_OF' AS code,
        'users' AS table_name,
        r.user_id AS subject,
        'created_at' AS column_name,
        r.source,
        r.record
    FROM staging_users AS r
    CROSS JOIN param_incident AS i
    WHERE r.created_at > i.as_of
    UNION ALL
    SELECT
        'CREATED_AFTER_AS_OF' AS code,
        'app_installations' AS table_name,
        r.installation_id AS subject,
        'installed_at' AS column_name,
        r.source,
        r.record
    FROM staging_app_installations AS r
    CROSS JOIN param_incident AS i
    WHERE r.installed_at > i.as_of
    UNION ALL
    SELECT
        'CREATED_AFTER_AS_OF' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'uploaded_at' AS column_name,
        r.source,
        r.record
    FROM staging_certificates AS r
    CROSS JOIN param_incident AS i
    WHERE r.uploaded_at > i.as_of
    UNION ALL
    SELECT
        'CREATED_AFTER_AS_OF' AS code,
        'api_clients' AS table_name,
        r.client_id AS subject,
        'created_at' AS column_name,
        r.source,
        r.record
    FROM staging_api_clients AS r
    CROSS JOIN param_incident AS i
    WHERE r.created_at > i.as_of
)
SELECT code, table_name, subject, column_name, source, record
FROM findings
