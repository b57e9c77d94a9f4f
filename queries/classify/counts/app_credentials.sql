SELECT state, reason, COUNT(*) AS subjects
FROM app_credentials
GROUP BY state, reason
ORDER BY state NULLS FIRST, reason NULLS FIRST
