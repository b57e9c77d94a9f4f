SELECT user_id
FROM store_users
GROUP BY user_id
HAVING COUNT(*) > 1
