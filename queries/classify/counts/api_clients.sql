SELECT state, reason, COUNT(*) AS subjects
FROM api_clients
GROUP BY state, reason
ORDER BY state NULLS FIRST, reason NULLS FIRST
