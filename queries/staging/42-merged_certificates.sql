-- Rows of one key that differ are merged, never chosen between (2-tables, "Duplicates").
WITH ranked AS (
    SELECT
        r.*,
        COALESCE(s.exported_at_latest, s.exported_at) AS exported_by,
        MIN(r.revoked_at) OVER (PARTITION BY r.certificate_id) AS revoked_at_least,
        MIN(r.replaced_at) OVER (PARTITION BY r.certificate_id) AS replaced_at_least,
        c1.column_name IS NOT NULL AS has_revoked_at,
        c2.column_name IS NOT NULL AS has_replaced_at,
        ROW_NUMBER() OVER (
            PARTITION BY r.certificate_id
            ORDER BY
                s.exported_at DESC NULLS LAST,
                COALESCE(s.exported_at_latest, s.exported_at) DESC NULLS LAST,
                s.sha256 DESC NULLS LAST,
                r.record DESC NULLS LAST
        ) AS place
    FROM store_certificates AS r
    JOIN staging_duplicate_certificates AS d ON d.certificate_id = r.certificate_id
    LEFT JOIN param_source AS s ON s.source = r.source AND s.table_name = 'certificates'
    LEFT JOIN param_source_column AS c1
        ON c1.source = r.source AND c1.table_name = 'certificates' AND c1.column_name = 'revoked_at'
    LEFT JOIN param_source_column AS c2
        ON c2.source = r.source AND c2.table_name = 'certificates' AND c2.column_name = 'replaced_at'
),
-- Where the newest value of each text stands.
placed AS (
    SELECT
        ranked.*,
        MIN(CASE WHEN fingerprint_sha256 IS NOT NULL THEN place END) OVER (PARTITION BY certificate_id) AS fingerprint_sha256_place,
        MIN(CASE WHEN subject IS NOT NULL THEN place END) OVER (PARTITION BY certificate_id) AS subject_place,
        MIN(CASE WHEN serial IS NOT NULL THEN place END) OVER (PARTITION BY certificate_id) AS serial_place,
        MIN(CASE WHEN issuer IS NOT NULL THEN place END) OVER (PARTITION BY certificate_id) AS issuer_place,
        MIN(CASE WHEN key_type IS NOT NULL THEN place END) OVER (PARTITION BY certificate_id) AS key_type_place
    FROM ranked
),
merged AS (
    SELECT
        certificate_id,
        CASE WHEN MIN(account_id) = MAX(account_id) THEN MIN(account_id) END AS account_id,
        CASE WHEN MIN(provided_by) <> MAX(provided_by) THEN 'unknown' ELSE MIN(provided_by) END AS provided_by,
        MAX(CASE WHEN place = fingerprint_sha256_place THEN fingerprint_sha256 END) AS fingerprint_sha256,
        CASE WHEN MIN(key_sha256) = MAX(key_sha256) THEN MIN(key_sha256) END AS key_sha256,
        MAX(CASE WHEN place = subject_place THEN subject END) AS subject,
        MAX(CASE WHEN place = serial_place THEN serial END) AS serial,
        MAX(CASE WHEN place = issuer_place THEN issuer END) AS issuer,
        MAX(CASE WHEN place = key_type_place THEN key_type END) AS key_type,
        MIN(uploaded_at) AS uploaded_at,
        MAX(COALESCE(uploaded_at_latest, uploaded_at)) AS uploaded_at_greatest,
        MIN(not_before) AS not_before,
        MAX(COALESCE(not_before_latest, not_before)) AS not_before_greatest,
        MIN(not_after) AS not_after,
        MAX(COALESCE(not_after_latest, not_after)) AS not_after_greatest,
        MIN(revoked_at) AS revoked_at,
        MAX(COALESCE(revoked_at_latest, revoked_at)) AS revoked_at_greatest,
        COUNT(
            CASE WHEN revoked_at IS NULL AND has_revoked_at AND (exported_by < revoked_at_least) IS NOT TRUE THEN 1 END
        ) AS revoked_at_denials,
        MIN(replaced_at) AS replaced_at,
        MAX(COALESCE(replaced_at_latest, replaced_at)) AS replaced_at_greatest,
        COUNT(
            CASE WHEN replaced_at IS NULL AND has_replaced_at AND (exported_by < replaced_at_least) IS NOT TRUE THEN 1 END
        ) AS replaced_at_denials,
        MAX(CASE WHEN place = 1 THEN source END) AS source,
        MAX(CASE WHEN place = 1 THEN record END) AS record
    FROM placed
    GROUP BY certificate_id
)
SELECT
    m.certificate_id,
    m.account_id,
    m.provided_by,
    m.fingerprint_sha256,
    m.key_sha256,
    m.subject,
    l.items AS names,
    m.serial,
    m.issuer,
    m.key_type,
    m.uploaded_at,
    CASE WHEN m.uploaded_at_greatest > m.uploaded_at THEN m.uploaded_at_greatest END AS uploaded_at_latest,
    m.not_before,
    CASE WHEN m.not_before_greatest > m.not_before THEN m.not_before_greatest END AS not_before_latest,
    m.not_after,
    CASE WHEN m.not_after_greatest > m.not_after THEN m.not_after_greatest END AS not_after_latest,
    m.revoked_at,
    CASE
        WHEN m.revoked_at_denials > 0 AND m.revoked_at IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999'
        WHEN m.revoked_at_greatest > m.revoked_at THEN m.revoked_at_greatest
    END AS revoked_at_latest,
    m.replaced_at,
    CASE
        WHEN m.replaced_at_denials > 0 AND m.replaced_at IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999'
        WHEN m.replaced_at_greatest > m.replaced_at THEN m.replaced_at_greatest
    END AS replaced_at_latest,
    m.source,
    m.record
FROM merged AS m
LEFT JOIN staging_certificate_names AS l ON l.key = m.certificate_id
