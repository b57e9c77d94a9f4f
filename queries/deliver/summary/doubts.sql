SELECT d.query, d.reason, COUNT(*) AS subjects, p.words, p.settles
FROM deliver_doubts AS d
LEFT JOIN param_reason AS p ON p.query = d.query AND p.reason = d.reason
GROUP BY d.query, d.reason, p.words, p.settles
ORDER BY subjects DESC NULLS LAST, d.query NULLS FIRST, d.reason NULLS FIRST
