WITH contacts AS (
    SELECT account_id, customer_id, source, record, owner_email_key AS contact_key
    FROM staging_accounts
    WHERE listed AND owner_email_key IS NOT NULL
    UNION
    SELECT account_id, customer_id, source, record, security_email_key AS contact_key
    FROM staging_accounts
    WHERE listed AND security_email_key IS NOT NULL
),
shared AS (
    SELECT contact_key
    FROM contacts
    GROUP BY contact_key
    HAVING COUNT(DISTINCT COALESCE(customer_id, account_id)) > 1
),
findings AS (
    SELECT 'CONTACT_ABSENT' AS code, 'accounts' AS table_name, account_id AS subject, source, record
    FROM staging_accounts
    WHERE owner_email_key IS NULL AND security_email_key IS NULL
    UNION ALL
    SELECT 'CONTACT_ODD' AS code, 'accounts' AS table_name, account_id AS subject, source, record
    FROM contacts
    WHERE LENGTH(contact_key) - LENGTH(REPLACE(contact_key, '@', '')) <> 1
        OR POSITION('@' IN contact_key) = 1
        OR POSITION('@' IN contact_key) = LENGTH(contact_key)
    UNION ALL
    SELECT 'CONTACT_SHARED' AS code, 'accounts' AS table_name, c.account_id AS subject, c.source, c.record
    FROM contacts AS c
    JOIN shared AS s ON s.contact_key = c.contact_key
)
SELECT code, table_name, subject, source, record
FROM findings
