-- Who is told: one row an account and contact (3-rules, 8).
WITH told AS (
    SELECT
        s.account_id,
        a.customer_id,
        s.cohort,
        a.owner_email,
        CASE WHEN a.owner_email_key <> '' THEN a.owner_email_key END AS owner_key,
        a.security_email,
        CASE WHEN a.security_email_key <> '' THEN a.security_email_key END AS security_key,
        a.locale,
        a.country,
        a.time_zone
    FROM account_summary AS s
    JOIN param_cohort AS c ON c.cohort = s.cohort
    JOIN staging_accounts AS a ON a.account_id = s.account_id
    WHERE c.notify
),
contacts AS (
    SELECT
        account_id, customer_id, cohort, 'owner' AS contact_kind, owner_email AS contact, owner_key AS contact_key,
        locale, country, time_zone
    FROM told
    WHERE owner_key IS NOT NULL
    UNION ALL
    SELECT
        account_id, customer_id, cohort, 'security' AS contact_kind, security_email AS contact, security_key AS contact_key,
        locale, country, time_zone
    FROM told
    WHERE security_key IS NOT NULL AND (owner_key IS NULL OR owner_key <> security_key)
    UNION ALL
    SELECT
        account_id, customer_id, cohort, 'none' AS contact_kind, CAST(NULL AS STRING) AS contact,
        CAST(NULL AS STRING) AS contact_key, locale, country, time_zone
    FROM told
    WHERE owner_key IS NULL AND security_key IS NULL
)
SELECT
    account_id,
    customer_id,
    cohort,
    contact_kind,
    contact,
    locale,
    country,
    time_zone,
    -- Reachable: exactly one @, with something before and behind it.
    NOT COALESCE(
        LENGTH(contact_key) - LENGTH(REPLACE(contact_key, '@', '')) = 1
        AND POSITION('@' IN contact_key) > 1
        AND POSITION('@' IN contact_key) < LENGTH(contact_key),
        FALSE
    ) AS unreachable
FROM contacts
ORDER BY account_id NULLS FIRST, contact_kind NULLS FIRST
