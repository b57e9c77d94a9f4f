SELECT c.user_id, COUNT(DISTINCT s.sign_in) AS proven
FROM staging_changes AS c
JOIN param_sign_in AS s ON s.product = c.product
JOIN staging_ordered_users AS u
    ON u.user_id = c.user_id
    AND (c.account_id IS NULL OR u.account_id IS NULL OR c.account_id = u.account_id)
JOIN staging_group_sign_ins AS h ON h.group_number = u.group_number AND h.sign_in = s.sign_in AND h.is_needed
WHERE c.kind = 'password' AND c.is_certain AND c.product <> 'unknown'
GROUP BY c.user_id
