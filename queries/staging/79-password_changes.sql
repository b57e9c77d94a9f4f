WITH grouped AS (
    SELECT
        user_id,
        COUNT(CASE WHEN is_certain THEN 1 END) AS certain,
        COUNT(CASE WHEN is_certain AND product IS NULL THEN 1 END) AS unnamed,
        MIN(CASE WHEN is_certain THEN changed_at END) AS rotated_at,
        MIN(CASE WHEN is_certain THEN changed_at_latest END) AS rotated_at_latest,
        MIN(CASE WHEN is_certain THEN source END) AS change_source,
        MIN(CASE WHEN is_certain THEN record END) AS change_record
    FROM staging_own_changes
    GROUP BY user_id
),
-- Of several certain changes those at the first instant must be compared.
ordered AS (
    SELECT
        c.*,
        ROW_NUMBER() OVER (
            PARTITION BY c.user_id
            ORDER BY
                COALESCE(c.changed_at_latest, c.changed_at) NULLS LAST,
                c.source NULLS FIRST,
                c.record NULLS FIRST
        ) AS place
    FROM staging_own_changes AS c
    JOIN grouped AS g ON g.user_id = c.user_id AND g.certain > 1 AND g.rotated_at = c.changed_at
    WHERE c.is_certain
),
firsts AS (
    SELECT user_id, changed_at, changed_at_latest, source, record
    FROM ordered
    WHERE place = 1
)
SELECT
    g.user_id,
    g.unnamed > 0 AS is_certain_unnamed,
    COALESCE(p.proven, 0) AS proven,
    CASE WHEN g.certain > 1 THEN f.changed_at ELSE g.rotated_at END AS rotated_at,
    CASE WHEN g.certain > 1 THEN f.changed_at_latest ELSE g.rotated_at_latest END AS rotated_at_latest,
    CASE WHEN g.certain > 1 THEN f.source ELSE g.change_source END AS change_source,
    CASE WHEN g.certain > 1 THEN f.record ELSE g.change_record END AS change_record
FROM grouped AS g
LEFT JOIN firsts AS f ON f.user_id = g.user_id
LEFT JOIN staging_proven_sign_ins AS p ON p.user_id = g.user_id
