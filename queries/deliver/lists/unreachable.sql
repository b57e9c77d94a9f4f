WITH reached AS (
    SELECT account_id, COUNT(CASE WHEN unreachable = FALSE THEN 1 END) AS contacts
    FROM notifications
    GROUP BY account_id
)
SELECT s.account_id, s.customer_id, s.name, s.cohort, a.owner_name, a.owner_email, a.security_email, a.country,
    a.locale, a.time_zone, s.actions
FROM reached AS r
JOIN account_summary AS s ON s.account_id = r.account_id
LEFT JOIN staging_accounts AS a ON a.account_id = r.account_id
WHERE r.contacts = 0
