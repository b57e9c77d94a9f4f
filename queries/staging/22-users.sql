-- One row a key; an ending after as_of is left out, as if it were not there (3-rules, "The state is that of as_of").
WITH kept AS (
    SELECT
        r.user_id,
        r.account_id,
        r.email,
        r.email_key,
        r.name,
        r.phone,
        r.role,
        r.product,
        r.active,
        r.suspended,
        r.created_at,
        r.created_at_latest,
        r.last_login_at,
        r.last_login_at_latest,
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
        m.email_key,
        m.name,
        m.phone,
        m.role,
        m.product,
        m.active,
        m.suspended,
        m.created_at,
        m.created_at_latest,
        m.last_login_at,
        m.last_login_at_latest,
        m.has_password,
        m.sso_only,
        m.deleted_at,
        m.deleted_at_latest,
        m.locale,
        m.country,
        m.source,
        m.record
    FROM staging_merged_users AS m
)
SELECT
    k.user_id,
    k.account_id,
    k.email,
    k.email_key,
    k.name,
    k.phone,
    k.role,
    k.product,
    k.active,
    k.suspended,
    k.created_at,
    k.created_at_latest,
    k.last_login_at,
    k.last_login_at_latest,
    k.has_password,
    k.sso_only,
    CASE WHEN k.deleted_at > i.as_of THEN NULL ELSE k.deleted_at END AS deleted_at,
    CASE WHEN k.deleted_at > i.as_of THEN NULL ELSE k.deleted_at_latest END AS deleted_at_latest,
    k.locale,
    k.country,
    k.source,
    k.record
FROM kept AS k
CROSS JOIN param_incident AS i
