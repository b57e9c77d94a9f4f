SELECT state, reason, COUNT(*) AS subjects
FROM data_subjects
GROUP BY state, reason
ORDER BY state NULLS FIRST, reason NULLS FIRST
