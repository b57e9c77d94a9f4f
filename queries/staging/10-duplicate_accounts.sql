SELECT account_id
FROM store_accounts
GROUP BY account_id
HAVING COUNT(*) > 1
