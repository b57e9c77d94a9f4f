-- Dates and times that the rules compare with the window's end, and that are on its edge. No zone was stated where the
-- interval is 26 to 50 hours wide; stating one moves it by up to 26 hours, and some zone would take it off the edge.
WITH inexact AS (
    SELECT
        'accounts' AS table_name,
        r.account_id AS subject,
        'created_at' AS column_name,
        r.created_at AS least,
        r.created_at_latest AS greatest,
        r.source,
        r.record
    FROM store_accounts AS r
    WHERE r.created_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'accounts' AS table_name,
        r.account_id AS subject,
        'activated_at' AS column_name,
        r.activated_at AS least,
        r.activated_at_latest AS greatest,
        r.source,
        r.record
    FROM store_accounts AS r
    WHERE r.activated_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'users' AS table_name,
        r.user_id AS subject,
        'created_at' AS column_name,
        r.created_at AS least,
        r.created_at_latest AS greatest,
        r.source,
        r.record
    FROM store_users AS r
    WHERE r.created_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'users' AS table_name,
        r.user_id AS subject,
        'password_changed_at' AS column_name,
        r.password_changed_at AS least,
        r.password_changed_at_latest AS greatest,
        r.source,
        r.record
    FROM store_users AS r
    WHERE r.password_changed_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'credential_changes' AS table_name,
        COALESCE(r.subject_id, r.user_id) AS subject,
        'changed_at' AS column_name,
        r.changed_at AS least,
        r.changed_at_latest AS greatest,
        r.source,
        r.record
    FROM store_credential_changes AS r
    WHERE r.changed_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'app_installations' AS table_name,
        r.installation_id AS subject,
        'installed_at' AS column_name,
        r.installed_at AS least,
        r.installed_at_latest AS greatest,
        r.source,
        r.record
    FROM store_app_installations AS r
    WHERE r.installed_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'app_installations' AS table_name,
        r.installation_id AS subject,
        'credentials_rotated_at' AS column_name,
        r.credentials_rotated_at AS least,
        r.credentials_rotated_at_latest AS greatest,
        r.source,
        r.record
    FROM store_app_installations AS r
    WHERE r.credentials_rotated_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'uploaded_at' AS column_name,
        r.uploaded_at AS least,
        r.uploaded_at_latest AS greatest,
        r.source,
        r.record
    FROM store_certificates AS r
    WHERE r.uploaded_at_latest IS NOT NULL
    UNION ALL
    SELECT
        'api_clients' AS table_name,
        r.client_id AS subject,
        'created_at' AS column_name,
        r.created_at AS least,
        r.created_at_latest AS greatest,
        r.source,
        r.record
    FROM store_api_clients AS r
    WHERE r.created_at_latest IS NOT NULL
)
SELECT 'ZONE_UNSTATED' AS code, r.table_name, r.subject, r.column_name, r.source, r.record
FROM inexact AS r
CROSS JOIN param_incident AS i
WHERE r.greatest >= r.least + INTERVAL '26' HOUR
    AND r.greatest <= r.least + INTERVAL '50' HOUR
    AND r.greatest >= i.until_lo
    AND r.least < i.until_hi
    AND (r.greatest - INTERVAL '26' HOUR < i.until_lo OR r.least + INTERVAL '26' HOUR >= i.until_hi)
