SELECT state, reason, COUNT(*) AS subjects
FROM certificates
GROUP BY state, reason
ORDER BY state NULLS FIRST, reason NULLS FIRST
