SELECT v.account_id, v.client_id, v.user_id, c.name, v.kind, v.state, v.reason, v.action, v.basis
FROM api_clients AS v
LEFT JOIN staging_api_clients AS c ON c.client_id = v.client_id
WHERE v.state IS NULL OR v.state <> 'clear'
