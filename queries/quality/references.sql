WITH findings AS (
    SELECT 'ACCOUNT_MISSING' AS code, 'users' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_users AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'credential_changes' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_credential_changes AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'app_installations' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_app_installations AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'certificates' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_certificates AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'api_clients' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_api_clients AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'sso' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_sso AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'accessed' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_accessed AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'ACCOUNT_MISSING' AS code, 'notices' AS table_name, r.account_id AS subject, r.source, r.record
    FROM store_notices AS r
    JOIN staging_unlisted_accounts AS n ON n.account_id = r.account_id
    UNION ALL
    SELECT 'USER_MISSING' AS code, 'credential_changes' AS table_name, r.user_id AS subject, r.source, r.record
    FROM staging_odd_changes AS r
    WHERE r.is_missing
    UNION ALL
    SELECT 'USER_MISSING' AS code, 'api_clients' AS table_name, r.user_id AS subject, r.source, r.record
    FROM store_api_clients AS r
    WHERE r.user_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM store_users AS u WHERE u.user_id = r.user_id)
    UNION ALL
    SELECT 'SUBJECT_MISSING' AS code, 'credential_changes' AS table_name, r.subject_id AS subject, r.source, r.record
    FROM staging_subject_changes AS r
    WHERE r.is_missing
    UNION ALL
    SELECT 'CHANGE_OTHER_ACCOUNT' AS code, 'credential_changes' AS table_name, r.user_id AS subject, r.source, r.record
    FROM staging_odd_changes AS r
    CROSS JOIN param_incident AS i
    WHERE r.is_of_other_account
        AND (r.changed_at IS NULL OR r.changed_at <= i.as_of)
        AND (r.effect IS NULL OR r.effect <> 'requested')
    UNION ALL
    SELECT 'CHANGE_OTHER_ACCOUNT' AS code, 'credential_changes' AS table_name, r.subject_id AS subject, r.source, r.record
    FROM staging_changes AS r
    WHERE r.is_of_other_account
)
SELECT code, table_name, subject, source, record
FROM findings
