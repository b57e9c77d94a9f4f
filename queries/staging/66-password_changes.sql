-- Changes before the window prove nothing and hide nothing, so they are left out here.
-- The cells password_changed_at are changes of their own, row by row, also where rows of a key are merged (2-tables,
-- "Duplicates"); one after as_of overwrote an earlier one: a change at an unknown time.
WITH cells AS (
    SELECT
        u.user_id,
        CASE WHEN u.password_changed_at <= i.as_of THEN u.password_changed_at END AS changed_at,
        CASE WHEN u.password_changed_at <= i.as_of THEN u.password_changed_at_latest END AS changed_at_latest,
        u.password_changed_at >= i.until_hi
            AND COALESCE(u.password_changed_at_latest, u.password_changed_at) <= i.as_of AS is_certain,
        u.source,
        u.record
    FROM store_users AS u
    CROSS JOIN param_incident AS i
    WHERE COALESCE(u.password_changed_at_latest, u.password_changed_at) >= i.until_lo OR u.password_changed_at > i.as_of
),
changes AS (
    SELECT c.user_id, c.product, c.changed_at, c.changed_at_latest, c.is_certain, c.source, c.record
    FROM staging_changes AS c
    JOIN staging_users AS u
        ON u.user_id = c.user_id
        AND (c.account_id IS NULL OR u.account_id IS NULL OR c.account_id = u.account_id)
    WHERE c.kind = 'password' AND c.is_possible
    UNION ALL
    SELECT
        c.user_id, CAST(NULL AS STRING) AS product, c.changed_at, c.changed_at_latest, c.is_certain, c.source, c.record
    FROM cells AS c
),
ordered AS (
    SELECT
        c.*,
        ROW_NUMBER() OVER (
            PARTITION BY c.user_id
            ORDER BY
                CASE WHEN c.is_certain THEN 0 ELSE 1 END NULLS LAST,
                c.changed_at NULLS LAST,
                COALESCE(c.changed_at_latest, c.changed_at) NULLS LAST,
                c.source NULLS FIRST,
                c.record NULLS FIRST
        ) AS place,
        MAX(CASE WHEN c.is_certain AND c.product IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY c.user_id) AS unnamed
    FROM changes AS c
)
SELECT
    user_id,
    unnamed = 1 AS is_certain_unnamed,
    is_certain AS has_certain,
    CASE WHEN is_certain THEN changed_at END AS rotated_at,
    CASE WHEN is_certain THEN changed_at_latest END AS rotated_at_latest,
    CASE WHEN is_certain THEN source END AS change_source,
    CASE WHEN is_certain THEN record END AS change_record
FROM ordered
WHERE place = 1
