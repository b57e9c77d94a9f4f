WITH numbered AS (
    SELECT
        group_number,
        MIN(account_id) AS account_id,
        MIN(COALESCE(role, 'unknown')) AS role,
        MIN(product) AS product,
        COUNT(*) AS users
    FROM staging_ordered_users
    GROUP BY group_number
)
SELECT
    g.group_number,
    g.account_id,
    g.role,
    g.product,
    g.users,
    CASE
        WHEN g.product IS NULL THEN COALESCE(a.all_named, FALSE)
        ELSE g.product <> 'unknown' AND k.product IS NOT NULL
    END AS sign_ins_known,
    COALESCE(a.all_named, FALSE) AS account_sign_ins_known,
    a.sign_ins AS account_sign_ins,
    a.only_sign_in AS account_only_sign_in
FROM numbered AS g
LEFT JOIN param_product AS k ON k.product = g.product
LEFT JOIN staging_account_products AS a ON a.account_id = g.account_id
ORDER BY g.group_number NULLS FIRST
