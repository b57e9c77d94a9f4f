SELECT c.cohort, c.title, c.notify, COUNT(s.account_id) AS accounts
FROM param_cohort AS c
LEFT JOIN account_summary AS s ON s.cohort = c.cohort
GROUP BY c.position, c.cohort, c.title, c.notify
ORDER BY c.position NULLS FIRST
