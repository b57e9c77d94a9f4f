-- Rows of one key that differ are merged, never chosen between (2-tables, "Duplicates").
WITH ranked AS (
    SELECT
        r.*,
        COALESCE(s.exported_at_latest, s.exported_at) AS exported_by,
        MIN(r.revoked_at) OVER (PARTITION BY r.client_id) AS revoked_at_least,
        c1.column_name IS NOT NULL AS has_revoked_at,
        ROW_NUMBER() OVER (
            PARTITION BY r.client_id
            ORDER BY
                s.exported_at DESC NULLS LAST,
                COALESCE(s.exported_at_latest, s.exported_at) DESC NULLS LAST,
                s.sha256 DESC NULLS LAST,
                r.record DESC NULLS LAST
        ) AS place
    FROM store_api_clients AS r
    JOIN staging_duplicate_api_clients AS d ON d.client_id = r.client_id
    LEFT JOIN param_source AS s ON s.source = r.source AND s.table_name = 'api_clients'
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'api_clients' AND c1.column_name = 'revoked_at'
),
-- Where the newest value of each text stands.
placed AS (
    SELECT
        ranked.*,
        MIN(CASE WHEN name IS NOT NULL THEN place END) OVER (PARTITION BY client_id) AS name_place
    FROM ranked
),
merged AS (
    SELECT
        client_id,
        CASE WHEN MIN(account_id) = MAX(account_id) THEN MIN(account_id) END AS account_id,
        CASE WHEN MIN(user_id) = MAX(user_id) THEN MIN(user_id) END AS user_id,
        MAX(CASE WHEN place = name_place THEN name END) AS name,
        CASE WHEN MIN(kind) <> MAX(kind) THEN 'unknown' ELSE MIN(kind) END AS kind,
        MIN(created_at) AS created_at,
        MAX(COALESCE(created_at_latest, created_at)) AS created_at_greatest,
        MIN(last_used_at) AS last_used_at,
        MAX(COALESCE(last_used_at_latest, last_used_at)) AS last_used_at_greatest,
        MIN(revoked_at) AS revoked_at,
        MAX(COALESCE(revoked_at_latest, revoked_at)) AS revoked_at_greatest,
        COUNT(
            CASE WHEN revoked_at IS NULL AND has_revoked_at AND (exported_by < revoked_at_least) IS NOT TRUE THEN 1 END
        ) AS revoked_at_denials,
        MAX(CASE WHEN place = 1 THEN source END) AS source,
        MAX(CASE WHEN place = 1 THEN record END) AS record
    FROM placed
    GROUP BY client_id
)
SELECT
    m.client_id,
    m.account_id,
    m.user_id,
    m.name,
    m.kind,
    m.created_at,
    CASE WHEN m.created_at_greatest > m.created_at THEN m.created_at_greatest END AS created_at_latest,
    m.last_used_at,
    CASE WHEN m.last_used_at_greatest > m.last_used_at THEN m.last_used_at_greatest END AS last_used_at_latest,
    m.revoked_at,
    CASE
        WHEN m.revoked_at_denials > 0 AND m.revoked_at IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999'
        WHEN m.revoked_at_greatest > m.revoked_at THEN m.revoked_at_greatest
    END AS revoked_at_latest,
    m.source,
    m.record
FROM merged AS m
