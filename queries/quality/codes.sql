-- The detail is the word as written.
WITH findings AS (
    SELECT
        'CODE_UNKNOWN' AS code,
        'accounts' AS table_name,
        r.account_id AS subject,
        'status' AS column_name,
        r.status_raw AS detail,
        r.source,
        r.record
    FROM store_accounts AS r
    WHERE r.status_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'users' AS table_name,
        r.user_id AS subject,
        'role' AS column_name,
        r.role_raw AS detail,
        r.source,
        r.record
    FROM store_users AS r
    WHERE r.role_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'credential_changes' AS table_name,
        COALESCE(r.subject_id, r.user_id) AS subject,
        'kind' AS column_name,
        r.kind_raw AS detail,
        r.source,
        r.record
    FROM store_credential_changes AS r
    WHERE r.kind_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'credential_changes' AS table_name,
        COALESCE(r.subject_id, r.user_id) AS subject,
        'effect' AS column_name,
        r.effect_raw AS detail,
        r.source,
        r.record
    FROM store_credential_changes AS r
    WHERE r.effect_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'app_installations' AS table_name,
        r.installation_id AS subject,
        'kind' AS column_name,
        r.kind_raw AS detail,
        r.source,
        r.record
    FROM store_app_installations AS r
    WHERE r.kind_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'certificates' AS table_name,
        r.certificate_id AS subject,
        'provided_by' AS column_name,
        r.provided_by_raw AS detail,
        r.source,
        r.record
    FROM store_certificates AS r
    WHERE r.provided_by_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'api_clients' AS table_name,
        r.client_id AS subject,
        'kind' AS column_name,
        r.kind_raw AS detail,
        r.source,
        r.record
    FROM store_api_clients AS r
    WHERE r.kind_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'sso' AS table_name,
        r.account_id AS subject,
        'population' AS column_name,
        r.population_raw AS detail,
        r.source,
        r.record
    FROM store_sso AS r
    WHERE r.population_raw IS NOT NULL
    UNION ALL
    SELECT
        'CODE_UNKNOWN' AS code,
        'accessed' AS table_name,
        r.account_id AS subject,
        'extent' AS column_name,
        r.extent_raw AS detail,
        r.source,
        r.record
    FROM store_accessed AS r
    WHERE r.extent_raw IS NOT NULL
)
SELECT code, table_name, subject, column_name, detail, source, record
FROM findings
