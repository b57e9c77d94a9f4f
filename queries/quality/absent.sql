WITH expected_tables AS (
    SELECT 'accounts' AS table_name
    UNION ALL
    SELECT 'users' AS table_name
    UNION ALL
    SELECT 'credential_changes' AS table_name
    UNION ALL
    SELECT 'app_installations' AS table_name
    UNION ALL
    SELECT 'certificates' AS table_name
    UNION ALL
    SELECT 'api_clients' AS table_name
    UNION ALL
    SELECT 'sso' AS table_name
    UNION ALL
    SELECT 'accessed' AS table_name
),
endings AS (
    SELECT 'accounts' AS table_name, 'deleted_at' AS column_name
    UNION ALL
    SELECT 'users' AS table_name, 'deleted_at' AS column_name
    UNION ALL
    SELECT 'app_installations' AS table_name, 'removed_at' AS column_name
    UNION ALL
    SELECT 'certificates' AS table_name, 'revoked_at' AS column_name
    UNION ALL
    SELECT 'certificates' AS table_name, 'replaced_at' AS column_name
    UNION ALL
    SELECT 'api_clients' AS table_name, 'revoked_at' AS column_name
),
findings AS (
    SELECT
        'TABLE_ABSENT' AS code,
        t.table_name,
        t.table_name AS subject,
        CAST(NULL AS STRING) AS source,
        CAST(NULL AS BIGINT) AS record
    FROM expected_tables AS t
    WHERE NOT EXISTS (SELECT 1 FROM param_source AS s WHERE s.table_name = t.table_name)
    UNION ALL
    SELECT
        'COLUMN_ABSENT' AS code,
        e.table_name,
        e.column_name AS subject,
        CAST(NULL AS STRING) AS source,
        CAST(NULL AS BIGINT) AS record
    FROM endings AS e
    WHERE EXISTS (SELECT 1 FROM param_source AS s WHERE s.table_name = e.table_name)
        AND NOT EXISTS (
            SELECT 1 FROM param_source_column AS c
            WHERE c.table_name = e.table_name AND c.column_name = e.column_name
        )
)
SELECT code, table_name, subject, source, record
FROM findings
ORDER BY
    code NULLS FIRST, table_name NULLS FIRST, subject NULLS FIRST, source NULLS FIRST, record NULLS FIRST
