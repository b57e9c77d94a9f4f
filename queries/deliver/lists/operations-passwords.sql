SELECT v.account_id, v.user_id, u.email, v.role, v.state, v.reason, v.action, v.basis
FROM user_passwords AS v
LEFT JOIN staging_ordered_users AS u ON u.user_id = v.user_id
WHERE v.state IS NULL OR v.state <> 'clear'
