SELECT client_id
FROM store_api_clients
GROUP BY client_id
HAVING COUNT(*) > 1
