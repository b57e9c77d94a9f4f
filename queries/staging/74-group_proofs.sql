SELECT
    g.group_number,
    COUNT(CASE WHEN h.is_needed THEN 1 END) AS needed,
    g.product IS NOT NULL OR g.account_only_sign_in IS NOT NULL AS unnamed_proves
FROM staging_user_groups AS g
LEFT JOIN staging_group_sign_ins AS h ON h.group_number = g.group_number
GROUP BY g.group_number, g.product, g.account_only_sign_in
ORDER BY g.group_number NULLS FIRST
