-- An ending after as_of is left out, as if it were not there (3-rules, "The state is that of as_of").
SELECT
    u.group_number,
    u.user_id,
    u.account_id,
    u.role,
    u.product,
    u.active,
    u.created_at,
    u.created_at_latest,
    u.has_password,
    u.sso_only,
    CASE WHEN u.deleted_at > i.as_of THEN NULL ELSE u.deleted_at END AS deleted_at,
    CASE WHEN u.deleted_at > i.as_of THEN NULL ELSE u.deleted_at_latest END AS deleted_at_latest,
    u.country,
    u.source,
    u.record
FROM staging_ordered_users AS u
CROSS JOIN param_incident AS i
