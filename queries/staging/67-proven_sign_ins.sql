SELECT DISTINCT c.user_id, s.sign_in
FROM staging_changes AS c
JOIN param_sign_in AS s ON s.product = c.product
JOIN staging_users AS u
    ON u.user_id = c.user_id
    AND (c.account_id IS NULL OR u.account_id IS NULL OR c.account_id = u.account_id)
WHERE c.kind = 'password' AND c.is_certain AND c.product <> 'unknown'
