SELECT c.user_id, COUNT(DISTINCT s.sign_in) AS proven
FROM staging_own_changes AS c
JOIN param_sign_in AS s ON s.product = c.product
JOIN staging_group_sign_ins AS h ON h.group_number = c.group_number AND h.sign_in = s.sign_in AND h.is_needed
WHERE c.is_certain AND c.product <> 'unknown'
GROUP BY c.user_id
