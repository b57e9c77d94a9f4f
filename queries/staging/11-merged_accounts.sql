-- Rows of one key that differ are merged, never chosen between (2-tables, "Duplicates").
WITH ranked AS (
    SELECT
        r.*,
        COALESCE(s.exported_at_latest, s.exported_at) AS exported_by,
        MIN(r.deleted_at) OVER (PARTITION BY r.account_id) AS deleted_at_least,
        c1.column_name IS NOT NULL AS has_deleted_at,
        ROW_NUMBER() OVER (
            PARTITION BY r.account_id
            ORDER BY
                s.exported_at DESC NULLS LAST,
                COALESCE(s.exported_at_latest, s.exported_at) DESC NULLS LAST,
                s.sha256 DESC NULLS LAST,
                r.record DESC NULLS LAST
        ) AS place
    FROM store_accounts AS r
    JOIN staging_duplicate_accounts AS d ON d.account_id = r.account_id
    LEFT JOIN param_source AS s ON s.source = r.source AND s.table_name = 'accounts'
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'accounts' AND c1.column_name = 'deleted_at'
),
-- Where the newest value of each text stands.
placed AS (
    SELECT
        ranked.*,
        MIN(CASE WHEN customer_id IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS customer_id_place,
        MIN(CASE WHEN name IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS name_place,
        MIN(CASE WHEN subdomain IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS subdomain_place,
        MIN(CASE WHEN plan IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS plan_place,
        MIN(CASE WHEN owner_name IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS owner_name_place,
        MIN(CASE WHEN owner_email IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS owner_email_place,
        MIN(CASE WHEN security_email IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS security_email_place,
        MIN(CASE WHEN locale IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS locale_place,
        MIN(CASE WHEN time_zone IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS time_zone_place,
        MIN(CASE WHEN country IS NOT NULL THEN place END) OVER (PARTITION BY account_id) AS country_place
    FROM ranked
),
merged AS (
    SELECT
        account_id,
        MAX(CASE WHEN place = customer_id_place THEN customer_id END) AS customer_id,
        MAX(CASE WHEN place = name_place THEN name END) AS name,
        MAX(CASE WHEN place = subdomain_place THEN subdomain END) AS subdomain,
        MAX(CASE WHEN place = plan_place THEN plan END) AS plan,
        CASE WHEN MIN(status) <> MAX(status) THEN 'unknown' ELSE MIN(status) END AS status,
        MIN(created_at) AS created_at,
        MAX(COALESCE(created_at_latest, created_at)) AS created_at_greatest,
        MIN(activated_at) AS activated_at,
        MAX(COALESCE(activated_at_latest, activated_at)) AS activated_at_greatest,
        MIN(deleted_at) AS deleted_at,
        MAX(COALESCE(deleted_at_latest, deleted_at)) AS deleted_at_greatest,
        COUNT(
            CASE WHEN deleted_at IS NULL AND has_deleted_at AND (exported_by < deleted_at_least) IS NOT TRUE THEN 1 END
        ) AS deleted_at_denials,
        MAX(CASE WHEN place = owner_name_place THEN owner_name END) AS owner_name,
        MAX(CASE WHEN place = owner_email_place THEN owner_email END) AS owner_email,
        MAX(CASE WHEN place = owner_email_place THEN owner_email_key END) AS owner_email_key,
        MAX(CASE WHEN place = security_email_place THEN security_email END) AS security_email,
        MAX(CASE WHEN place = security_email_place THEN security_email_key END) AS security_email_key,
        MAX(CASE WHEN place = locale_place THEN locale END) AS locale,
        MAX(CASE WHEN place = time_zone_place THEN time_zone END) AS time_zone,
        MAX(CASE WHEN place = country_place THEN country END) AS country,
        MAX(CASE WHEN place = 1 THEN source END) AS source,
        MAX(CASE WHEN place = 1 THEN record END) AS record
    FROM placed
    GROUP BY account_id
)
SELECT
    m.account_id,
    m.customer_id,
    m.name,
    m.subdomain,
    m.plan,
    m.status,
    m.created_at,
    CASE WHEN m.created_at_greatest > m.created_at THEN m.created_at_greatest END AS created_at_latest,
    m.activated_at,
    CASE WHEN m.activated_at_greatest > m.activated_at THEN m.activated_at_greatest END AS activated_at_latest,
    m.deleted_at,
    CASE
        WHEN m.deleted_at_denials > 0 AND m.deleted_at IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999'
        WHEN m.deleted_at_greatest > m.deleted_at THEN m.deleted_at_greatest
    END AS deleted_at_latest,
    m.owner_name,
    m.owner_email,
    m.owner_email_key,
    m.security_email,
    m.security_email_key,
    m.locale,
    m.time_zone,
    m.country,
    m.source,
    m.record
FROM merged AS m
