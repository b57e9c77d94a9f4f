-- Changes before the window prove nothing and hide nothing, so they are left out here.
-- The cells password_changed_at are changes of their own, row by row, also where rows of a key are merged (2-tables,
-- "Duplicates"); one after as_of overwrote an earlier one: a change at an unknown time.
WITH cells AS (
    SELECT
        u.user_id,
        u.account_id,
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
    SELECT
        c.user_id, c.account_id, c.product, c.changed_at, c.changed_at_latest, c.is_certain, c.source, c.record
    FROM staging_changes AS c
    WHERE c.kind = 'password' AND c.is_possible AND c.user_id IS NOT NULL
    UNION ALL
    SELECT
        c.user_id, c.account_id, CAST(NULL AS STRING) AS product, c.changed_at, c.changed_at_latest, c.is_certain, c.source,
        c.record
    FROM cells AS c
),
grouped AS (
    SELECT
        user_id,
        MIN(account_id) AS account_id,
        COUNT(CASE WHEN is_certain THEN 1 END) AS certain,
        COUNT(CASE WHEN is_certain AND product IS NULL THEN 1 END) AS unnamed,
        MIN(CASE WHEN is_certain THEN changed_at END) AS rotated_at,
        MIN(CASE WHEN is_certain THEN changed_at_latest END) AS rotated_at_latest,
        MIN(CASE WHEN is_certain THEN source END) AS change_source,
        MIN(CASE WHEN is_certain THEN record END) AS change_record,
        -- Several certain changes must be compared, and several accounts with the user's own.
        COUNT(CASE WHEN is_certain THEN 1 END) > 1
            OR COUNT(account_id) NOT IN (0, COUNT(*))
            OR COALESCE(MIN(account_id) <> MAX(account_id), FALSE) AS has_several
    FROM changes
    GROUP BY user_id
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
    JOIN grouped AS g ON g.user_id = c.user_id AND g.has_several
    JOIN staging_ordered_users AS u
        ON u.user_id = c.user_id
        AND (c.account_id IS NULL OR u.account_id IS NULL OR c.account_id = u.account_id)
),
firsts AS (
    SELECT user_id, account_id, certain, unnamed, rotated_at, rotated_at_latest, change_source, change_record
    FROM grouped
    WHERE NOT has_several
    UNION ALL
    SELECT
        user_id,
        CAST(NULL AS STRING) AS account_id,
        CASE WHEN is_certain THEN 1 ELSE 0 END AS certain,
        unnamed,
        CASE WHEN is_certain THEN changed_at END AS rotated_at,
        CASE WHEN is_certain THEN changed_at_latest END AS rotated_at_latest,
        CASE WHEN is_certain THEN source END AS change_source,
        CASE WHEN is_certain THEN record END AS change_record
    FROM ordered
    WHERE place = 1
)
SELECT
    f.user_id,
    f.account_id,
    f.unnamed > 0 AS is_certain_unnamed,
    COALESCE(p.proven, 0) AS proven,
    f.rotated_at,
    f.rotated_at_latest,
    f.change_source,
    f.change_record
FROM firsts AS f
LEFT JOIN staging_proven_sign_ins AS p ON p.user_id = f.user_id
