SELECT
    r.user_id,
    r.effect,
    r.changed_at,
    r.source,
    r.record,
    u.user_id IS NULL AS is_missing,
    COALESCE(r.account_id <> u.account_id, FALSE) AS is_of_other_account,
    COALESCE(COALESCE(r.changed_at_latest, r.changed_at) < u.created_at, FALSE) AS is_before_created
FROM store_credential_changes AS r
LEFT JOIN staging_ordered_users AS u ON u.user_id = r.user_id
WHERE r.kind = 'password'
    AND r.user_id IS NOT NULL
    AND (
        u.user_id IS NULL
        OR r.account_id <> u.account_id
        OR COALESCE(r.changed_at_latest, r.changed_at) < u.created_at
    )
