-- Rows of one key that differ are merged, never chosen between (2-tables, "Duplicates").
WITH ranked AS (
    SELECT
        r.*,
        COALESCE(s.exported_at_latest, s.exported_at) AS exported_by,
        MIN(r.deleted_at) OVER (PARTITION BY r.user_id) AS deleted_at_least,
        c1.column_name IS NOT NULL AS has_deleted_at,
        ROW_NUMBER() OVER (
            PARTITION BY r.user_id
            ORDER BY
                s.exported_at DESC NULLS LAST,
                COALESCE(s.exported_at_latest, s.exported_at) DESC NULLS LAST,
                s.sha256 DESC NULLS LAST,
                r.record DESC NULLS LAST
        ) AS place
    FROM store_users AS r
    JOIN staging_duplicate_users AS d ON d.user_id = r.user_id
    LEFT JOIN param_source AS s ON s.source = r.source AND s.table_name = 'users'
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'users' AND c1.column_name = 'deleted_at'
),
-- Where the newest value of each text stands.
placed AS (
    SELECT
        ranked.*,
        MIN(CASE WHEN email IS NOT NULL THEN place END) OVER (PARTITION BY user_id) AS email_place,
        MIN(CASE WHEN name IS NOT NULL THEN place END) OVER (PARTITION BY user_id) AS name_place,
        MIN(CASE WHEN phone IS NOT NULL THEN place END) OVER (PARTITION BY user_id) AS phone_place,
        MIN(CASE WHEN locale IS NOT NULL THEN place END) OVER (PARTITION BY user_id) AS locale_place,
        MIN(CASE WHEN country IS NOT NULL THEN place END) OVER (PARTITION BY user_id) AS country_place
    FROM ranked
),
merged AS (
    SELECT
        user_id,
        CASE WHEN MIN(account_id) = MAX(account_id) THEN MIN(account_id) END AS account_id,
        MAX(CASE WHEN place = email_place THEN email END) AS email,
        MAX(CASE WHEN place = email_place THEN email_key END) AS email_key,
        MAX(CASE WHEN place = name_place THEN name END) AS name,
        MAX(CASE WHEN place = phone_place THEN phone END) AS phone,
        CASE WHEN MIN(role) <> MAX(role) THEN 'unknown' ELSE MIN(role) END AS role,
        CASE WHEN MIN(product) <> MAX(product) THEN 'unknown' ELSE MIN(product) END AS product,
        CASE WHEN MIN(active) = MAX(active) THEN MIN(active) END AS active,
        CASE WHEN MIN(suspended) = MAX(suspended) THEN MIN(suspended) END AS suspended,
        MIN(created_at) AS created_at,
        MAX(COALESCE(created_at_latest, created_at)) AS created_at_greatest,
        MIN(last_login_at) AS last_login_at,
        MAX(COALESCE(last_login_at_latest, last_login_at)) AS last_login_at_greatest,
        CASE WHEN MIN(has_password) = MAX(has_password) THEN MIN(has_password) END AS has_password,
        CASE WHEN MIN(sso_only) = MAX(sso_only) THEN MIN(sso_only) END AS sso_only,
        MIN(deleted_at) AS deleted_at,
        MAX(COALESCE(deleted_at_latest, deleted_at)) AS deleted_at_greatest,
        COUNT(
            CASE WHEN deleted_at IS NULL AND has_deleted_at AND (exported_by < deleted_at_least) IS NOT TRUE THEN 1 END
        ) AS deleted_at_denials,
        MAX(CASE WHEN place = locale_place THEN locale END) AS locale,
        MAX(CASE WHEN place = country_place THEN country END) AS country,
        MAX(CASE WHEN place = 1 THEN source END) AS source,
        MAX(CASE WHEN place = 1 THEN record END) AS record
    FROM placed
    GROUP BY user_id
)
SELECT
    m.user_id,
    m.account_id,
    m.email,
    m.email_key,
    m.name,
    m.phone,
    m.role,
    m.product,
    m.active,
    m.suspended,
    m.created_at,
    CASE WHEN m.created_at_greatest > m.created_at THEN m.created_at_greatest END AS created_at_latest,
    m.last_login_at,
    CASE WHEN m.last_login_at_greatest > m.last_login_at THEN m.last_login_at_greatest END AS last_login_at_latest,
    m.has_password,
    m.sso_only,
    m.deleted_at,
    CASE
        WHEN m.deleted_at_denials > 0 AND m.deleted_at IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999'
        WHEN m.deleted_at_greatest > m.deleted_at THEN m.deleted_at_greatest
    END AS deleted_at_latest,
    m.locale,
    m.country,
    m.source,
    m.record
FROM merged AS m
