SELECT cohort, contact_kind, COUNT(*) AS contacts
FROM notifications
GROUP BY cohort, contact_kind
ORDER BY cohort NULLS FIRST, contact_kind NULLS FIRST
