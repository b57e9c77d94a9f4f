WITH scopes AS (
    SELECT
        p.account_id,
        COUNT(CASE WHEN k.in_scope THEN 1 END) > 0 AS has_affected,
        COUNT(CASE WHEN k.in_scope = FALSE THEN 1 END) = COUNT(*) AS all_unaffected,
        COUNT(k.product) = COUNT(*) AS all_named
    FROM store_accounts_products AS p
    LEFT JOIN param_product AS k ON k.product = p.product
    GROUP BY p.account_id
),
sign_ins AS (
    SELECT p.account_id, COUNT(DISTINCT s.sign_in) AS sign_ins, MIN(s.sign_in) AS first_sign_in
    FROM store_accounts_products AS p
    JOIN param_sign_in AS s ON s.product = p.product
    GROUP BY p.account_id
)
SELECT
    a.account_id,
    a.has_affected,
    a.all_unaffected,
    a.all_named,
    COALESCE(s.sign_ins, 0) AS sign_ins,
    CASE WHEN a.all_named AND s.sign_ins = 1 THEN s.first_sign_in END AS only_sign_in
FROM scopes AS a
LEFT JOIN sign_ins AS s ON s.account_id = a.account_id
