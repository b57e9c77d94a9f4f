SELECT cohort, access, COUNT(*) AS accounts
FROM account_summary
GROUP BY cohort, access
ORDER BY cohort NULLS FIRST, access NULLS FIRST
