SELECT exposure, reason, COUNT(*) AS subjects
FROM account_exposure
GROUP BY exposure, reason
ORDER BY exposure NULLS FIRST, reason NULLS FIRST
