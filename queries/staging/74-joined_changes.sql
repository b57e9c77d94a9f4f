-- Joined with users once, whatever as_of is. The cells password_changed_at are changes of their own, row by row, also where
-- rows of a key are merged (2-tables, "Duplicates").
WITH changes AS (
    SELECT
        c.user_id,
        c.account_id,
        c.product,
        c.effect,
        c.changed_at,
        c.changed_at_latest,
        FALSE AS is_cell,
        c.source,
        c.record
    FROM store_credential_changes AS c
    WHERE c.kind = 'password' AND c.user_id IS NOT NULL
    UNION ALL
    SELECT
        r.user_id,
        r.account_id,
        CAST(NULL AS STRING) AS product,
        'replaced' AS effect,
        r.password_changed_at AS changed_at,
        r.password_changed_at_latest AS changed_at_latest,
        TRUE AS is_cell,
        r.source,
        r.record
    FROM store_users AS r
    WHERE r.password_changed_at IS NOT NULL
)
SELECT
    u.group_number,
    c.user_id,
    c.product,
    c.effect,
    c.changed_at,
    c.changed_at_latest,
    c.is_cell,
    c.source,
    c.record,
    u.user_id IS NULL AS is_missing,
    COALESCE(c.account_id <> u.account_id, FALSE) AS is_of_other_account,
    COALESCE(COALESCE(c.changed_at_latest, c.changed_at) < u.created_at, FALSE) AS is_before_created
FROM changes AS c
LEFT JOIN staging_ordered_users AS u ON u.user_id = c.user_id
