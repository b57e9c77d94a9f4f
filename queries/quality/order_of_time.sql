-- Joined with accounts in one go: a join for each kind would hold all accounts as many times.
WITH children AS (
    SELECT
        'users' AS table_name,
        r.user_id AS subject,
        r.account_id,
        COALESCE(r.created_at_latest, r.created_at) AS created_by,
        r.source,
        r.record
    FROM staging_ordered_users AS r
    UNION ALL
    SELECT
        'app_installations' AS table_name,
        r.installation_id AS subject,
        r.account_id,
        COALESCE(r.installed_at_latest, r.installed_at) AS created_by,
        r.source,
        r.record
    FROM staging_app_installations AS r
    UNION ALL
    SELECT
        'certificates' AS table_name,
        r.certificate_id AS subject,
        r.account_id,
        COALESCE(r.uploaded_at_latest, r.uploaded_at) AS created_by,
        r.source,
        r.record
    FROM staging_certificates AS r
),
findings AS (
    SELECT 'CHANGE_BEFORE_CREATED' AS code, 'credential_changes' AS table_name, r.user_id AS subject, r.source, r.record
    FROM staging_odd_changes AS r
    WHERE r.is_before_created
    UNION ALL
    SELECT 'CHANGE_BEFORE_CREATED' AS code, 'credential_changes' AS table_name, r.subject_id AS subject, r.source, r.record
    FROM staging_subject_changes AS r
    WHERE r.is_before_created
    UNION ALL
    SELECT 'CHANGE_BEFORE_CREATED' AS code, 'users' AS table_name, r.user_id AS subject, r.source, r.record
    FROM store_users AS r
    WHERE COALESCE(r.password_changed_at_latest, r.password_changed_at) < r.created_at
    UNION ALL
    SELECT 'CHANGE_BEFORE_CREATED' AS code, 'app_installations' AS table_name, r.installation_id AS subject, r.source, r.record
    FROM store_app_installations AS r
    WHERE COALESCE(r.credentials_rotated_at_latest, r.credentials_rotated_at) < r.installed_at
    UNION ALL
    SELECT 'DELETED_BEFORE_CREATED' AS code, 'accounts' AS table_name, r.account_id AS subject, r.source, r.record
    FROM staging_accounts AS r
    WHERE COALESCE(r.deleted_at_latest, r.deleted_at) < r.created_at
    UNION ALL
    SELECT 'DELETED_BEFORE_CREATED' AS code, 'users' AS table_name, r.user_id AS subject, r.source, r.record
    FROM staging_ordered_users_as_of AS r
    WHERE COALESCE(r.deleted_at_latest, r.deleted_at) < r.created_at
    UNION ALL
    SELECT 'DELETED_BEFORE_CREATED' AS code, 'app_installations' AS table_name, r.installation_id AS subject, r.source, r.record
    FROM staging_app_installations AS r
    WHERE COALESCE(r.removed_at_latest, r.removed_at) < r.installed_at
    UNION ALL
    SELECT 'DELETED_BEFORE_CREATED' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM staging_certificates AS r
    WHERE COALESCE(r.revoked_at_latest, r.revoked_at) < r.uploaded_at
    UNION ALL
    SELECT 'DELETED_BEFORE_CREATED' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM staging_certificates AS r
    WHERE COALESCE(r.replaced_at_latest, r.replaced_at) < r.uploaded_at
    UNION ALL
    SELECT 'DELETED_BEFORE_CREATED' AS code, 'api_clients' AS table_name, r.client_id AS subject, r.source, r.record
    FROM staging_api_clients AS r
    WHERE COALESCE(r.revoked_at_latest, r.revoked_at) < r.created_at
    UNION ALL
    SELECT 'ACTIVATED_BEFORE_CREATED' AS code, 'accounts' AS table_name, r.account_id AS subject, r.source, r.record
    FROM staging_accounts AS r
    WHERE COALESCE(r.activated_at_latest, r.activated_at) < r.created_at
    UNION ALL
    SELECT 'CHILD_OLDER_THAN_ACCOUNT' AS code, r.table_name, r.subject, r.source, r.record
    FROM children AS r
    JOIN staging_accounts AS a ON a.account_id = r.account_id
    WHERE r.created_by < a.created_at
    UNION ALL
    SELECT 'VALIDITY_INVERTED' AS code, 'certificates' AS table_name, r.certificate_id AS subject, r.source, r.record
    FROM staging_certificates AS r
    WHERE COALESCE(r.not_after_latest, r.not_after) < r.not_before
)
SELECT code, table_name, subject, source, record
FROM findings
