WITH shared_keys AS (
    SELECT key_sha256
    FROM staging_certificates
    WHERE key_sha256 IS NOT NULL
    GROUP BY key_sha256
    HAVING COUNT(*) > 1
),
findings AS (
    SELECT 'ACCESSED_OUTSIDE_WINDOW' AS code, 'accounts' AS table_name, r.account_id AS subject, CAST(NULL AS STRING) AS detail, r.source, r.record
    FROM staging_accounts AS r
    CROSS JOIN param_incident AS i
    JOIN staging_account_access AS x ON x.account_id = r.account_id
    WHERE r.created_at >= i.until_hi OR COALESCE(r.deleted_at_latest, r.deleted_at) < i.from_lo
    UNION ALL
    SELECT 'ACCESSED_OUT_OF_SCOPE' AS code, 'accounts' AS table_name, r.account_id AS subject, CAST(NULL AS STRING) AS detail, r.source, r.record
    FROM staging_accounts AS r
    CROSS JOIN staging_coverage AS v
    JOIN staging_account_access AS x ON x.account_id = r.account_id
    JOIN staging_account_products AS p ON p.account_id = r.account_id
    WHERE p.all_unaffected AND v.account_products
    UNION ALL
    SELECT 'ACCESS_CLASS_UNKNOWN' AS code, 'accessed' AS table_name, r.account_id AS subject, r.data_class AS detail, r.source, r.record
    FROM staging_accessed AS r
    WHERE NOT EXISTS (SELECT 1 FROM param_class AS c WHERE c.data_class = r.data_class)
    UNION ALL
    SELECT 'SSO_BYPASS' AS code, 'sso' AS table_name, r.account_id AS subject, CAST(NULL AS STRING) AS detail, r.source, r.record
    FROM store_sso AS r
    CROSS JOIN param_incident AS i
    WHERE r.enforced AND r.bypass_allowed
        AND (r.since IS NULL OR r.since <= i.as_of)
        AND (COALESCE(r.until_latest, r.until) <= i.as_of) IS NOT TRUE
    UNION ALL
    SELECT 'KEY_REUSED' AS code, 'certificates' AS table_name, r.certificate_id AS subject, CAST(NULL AS STRING) AS detail, r.source, r.record
    FROM staging_certificates AS r
    JOIN shared_keys AS k ON k.key_sha256 = r.key_sha256
)
SELECT code, table_name, subject, detail, source, record
FROM findings
