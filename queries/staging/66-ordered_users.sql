-- Merged but not yet as of as_of: so it is made once, whatever as_of is asked for.
SELECT
    r.user_id,
    r.account_id,
    r.email,
    r.name,
    r.role,
    r.product,
    r.active,
    r.created_at,
    r.created_at_latest,
    r.has_password,
    r.sso_only,
    r.deleted_at,
    r.deleted_at_latest,
    r.locale,
    r.country,
    r.source,
    r.record
FROM store_users AS r
WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_users AS d WHERE d.user_id = r.user_id)
UNION ALL
SELECT
    m.user_id,
    m.account_id,
    m.email,
    m.name,
    m.role,
    m.product,
    m.active,
    m.created_at,
    m.created_at_latest,
    m.has_password,
    m.sso_only,
    m.deleted_at,
    m.deleted_at_latest,
    m.locale,
    m.country,
    m.source,
    m.record
FROM staging_merged_users AS m
ORDER BY account_id NULLS FIRST, user_id NULLS FIRST
