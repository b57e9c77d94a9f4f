-- Rows of one key that differ are merged, never chosen between (2-tables, "Duplicates").
WITH ranked AS (
    SELECT
        r.*,
        COALESCE(s.exported_at_latest, s.exported_at) AS exported_by,
        MIN(r.removed_at) OVER (PARTITION BY r.installation_id) AS removed_at_least,
        c1.column_name IS NOT NULL AS has_removed_at,
        ROW_NUMBER() OVER (
            PARTITION BY r.installation_id
            ORDER BY
                s.exported_at DESC NULLS LAST,
                COALESCE(s.exported_at_latest, s.exported_at) DESC NULLS LAST,
                s.sha256 DESC NULLS LAST,
                r.record DESC NULLS LAST
        ) AS place
    FROM store_app_installations AS r
    JOIN staging_duplicate_app_installations AS d ON d.installation_id = r.installation_id
    LEFT JOIN param_source AS s ON s.source = r.source AND s.table_name = 'app_installations'
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'app_installations' AND c1.column_name = 'removed_at'
),
-- Where the newest value of each text stands.
placed AS (
    SELECT
        ranked.*,
        MIN(CASE WHEN app_id IS NOT NULL THEN place END) OVER (PARTITION BY installation_id) AS app_id_place,
        MIN(CASE WHEN app_name IS NOT NULL THEN place END) OVER (PARTITION BY installation_id) AS app_name_place
    FROM ranked
),
merged AS (
    SELECT
        installation_id,
        CASE WHEN MIN(account_id) = MAX(account_id) THEN MIN(account_id) END AS account_id,
        MAX(CASE WHEN place = app_id_place THEN app_id END) AS app_id,
        MAX(CASE WHEN place = app_name_place THEN app_name END) AS app_name,
        CASE WHEN MIN(kind) <> MAX(kind) THEN 'unknown' ELSE MIN(kind) END AS kind,
        MIN(installed_at) AS installed_at,
        MAX(COALESCE(installed_at_latest, installed_at)) AS installed_at_greatest,
        MIN(updated_at) AS updated_at,
        MAX(COALESCE(updated_at_latest, updated_at)) AS updated_at_greatest,
        MIN(removed_at) AS removed_at,
        MAX(COALESCE(removed_at_latest, removed_at)) AS removed_at_greatest,
        COUNT(
            CASE WHEN removed_at IS NULL AND has_removed_at AND (exported_by < removed_at_least) IS NOT TRUE THEN 1 END
        ) AS removed_at_denials,
        CASE WHEN MIN(enabled) = MAX(enabled) THEN MIN(enabled) END AS enabled,
        CASE WHEN MIN(holds_credentials) = MAX(holds_credentials) THEN MIN(holds_credentials) END AS holds_credentials,
        MAX(CASE WHEN place = 1 THEN source END) AS source,
        MAX(CASE WHEN place = 1 THEN record END) AS record
    FROM placed
    GROUP BY installation_id
)
SELECT
    m.installation_id,
    m.account_id,
    m.app_id,
    m.app_name,
    m.kind,
    m.installed_at,
    CASE WHEN m.installed_at_greatest > m.installed_at THEN m.installed_at_greatest END AS installed_at_latest,
    m.updated_at,
    CASE WHEN m.updated_at_greatest > m.updated_at THEN m.updated_at_greatest END AS updated_at_latest,
    m.removed_at,
    CASE
        WHEN m.removed_at_denials > 0 AND m.removed_at IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999'
        WHEN m.removed_at_greatest > m.removed_at THEN m.removed_at_greatest
    END AS removed_at_latest,
    m.enabled,
    m.holds_credentials,
    l.items AS credential_names,
    m.source,
    m.record
FROM merged AS m
LEFT JOIN staging_credential_names AS l ON l.key = m.installation_id
