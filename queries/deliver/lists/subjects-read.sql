SELECT v.account_id, v.user_id, u.name, u.email, v.role, u.locale, v.country, v.state, v.reason, v.classes
FROM data_subjects AS v
LEFT JOIN staging_ordered_users AS u ON u.user_id = v.user_id
WHERE v.state IS NULL OR v.state <> 'not_read'
