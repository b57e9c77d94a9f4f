SELECT certificate_id
FROM store_certificates
GROUP BY certificate_id
HAVING COUNT(*) > 1
