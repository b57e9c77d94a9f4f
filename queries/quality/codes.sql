-- The subject is the column and, behind a colon, the word.
WITH findings AS (
    SELECT 'CODE_UNKNOWN' AS code, 'accounts' AS table_name, 'status: ' || r.status_raw AS subject, r.source, r.record
    FROM store_accounts AS r
    WHERE r.status_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'users' AS table_name, 'role: ' || r.role_raw AS subject, r.source, r.record
    FROM store_users AS r
    WHERE r.role_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'credential_changes' AS table_name, 'kind: ' || r.kind_raw AS subject, r.source, r.record
    FROM store_credential_changes AS r
    WHERE r.kind_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'credential_changes' AS table_name, 'effect: ' || r.effect_raw AS subject, r.source, r.record
    FROM store_credential_changes AS r
    WHERE r.effect_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'app_installations' AS table_name, 'kind: ' || r.kind_raw AS subject, r.source, r.record
    FROM store_app_installations AS r
    WHERE r.kind_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'certificates' AS table_name, 'provided_by: ' || r.provided_by_raw AS subject, r.source, r.record
    FROM store_certificates AS r
    WHERE r.provided_by_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'api_clients' AS table_name, 'kind: ' || r.kind_raw AS subject, r.source, r.record
    FROM store_api_clients AS r
    WHERE r.kind_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'sso' AS table_name, 'population: ' || r.population_raw AS subject, r.source, r.record
    FROM store_sso AS r
    WHERE r.population_raw IS NOT NULL
    UNION ALL
    SELECT 'CODE_UNKNOWN' AS code, 'accessed' AS table_name, 'extent: ' || r.extent_raw AS subject, r.source, r.record
    FROM store_accessed AS r
    WHERE r.extent_raw IS NOT NULL
)
SELECT code, table_name, subject, source, record
FROM findings
ORDER BY
    code NULLS FIRST, table_name NULLS FIRST, subject NULLS FIRST, source NULLS FIRST, record NULLS FIRST
