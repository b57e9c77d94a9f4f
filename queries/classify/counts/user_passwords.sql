SELECT state, reason, COUNT(*) AS subjects
FROM user_passwords
GROUP BY state, reason
ORDER BY state NULLS FIRST, reason NULLS FIRST
