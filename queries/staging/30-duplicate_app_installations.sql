SELECT installation_id
FROM store_app_installations
GROUP BY installation_id
HAVING COUNT(*) > 1
