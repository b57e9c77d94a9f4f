WITH held AS (
    SELECT g.group_number, g.role, s.sign_in
    FROM staging_user_groups AS g
    JOIN param_sign_in AS s ON s.product = g.product
    WHERE g.product <> 'unknown'
    UNION
    SELECT g.group_number, g.role, s.sign_in
    FROM staging_user_groups AS g
    JOIN store_accounts_products AS p ON p.account_id = g.account_id
    JOIN param_sign_in AS s ON s.product = p.product
    WHERE g.product IS NULL
),
named AS (
    SELECT role, sign_in FROM param_population
    UNION
    SELECT 'unknown' AS role, sign_in FROM param_population
)
SELECT h.group_number, h.sign_in, n.sign_in IS NOT NULL AS is_needed
FROM held AS h
LEFT JOIN named AS n ON n.role = h.role AND n.sign_in = h.sign_in
ORDER BY h.group_number NULLS FIRST
