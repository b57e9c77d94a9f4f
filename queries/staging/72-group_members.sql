-- A population holds as far as the least of its three parts does; a user belongs as far as one population takes it.
WITH populations AS (
    SELECT DISTINCT population, role, only_active FROM param_population
),
matched AS (
    SELECT DISTINCT h.group_number, p.population
    FROM staging_group_sign_ins AS h
    JOIN param_population AS p ON p.sign_in = h.sign_in
),
parts AS (
    SELECT
        g.group_number,
        p.only_active,
        LEAST(
            CASE WHEN g.role = 'unknown' THEN 1 WHEN g.role = p.role THEN 2 ELSE 0 END,
            CASE
                WHEN m.population IS NOT NULL THEN 2
                WHEN g.sign_ins_known AND (g.product IS NOT NULL OR c.account_products) THEN 0
                ELSE 1
            END
        ) AS role_and_sign_in
    FROM staging_user_groups AS g
    CROSS JOIN populations AS p
    CROSS JOIN staging_coverage AS c
    LEFT JOIN matched AS m ON m.group_number = g.group_number AND m.population = p.population
)
SELECT
    group_number,
    MAX(role_and_sign_in) AS when_active,
    MAX(CASE WHEN only_active THEN 0 ELSE role_and_sign_in END) AS when_inactive,
    MAX(CASE WHEN only_active THEN LEAST(role_and_sign_in, 1) ELSE role_and_sign_in END) AS when_unknown
FROM parts
GROUP BY group_number
ORDER BY group_number NULLS FIRST
