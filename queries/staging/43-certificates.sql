-- One row a key; an ending after as_of is left out, as if it were not there (3-rules, "The state is that of as_of").
WITH kept AS (
    SELECT
        r.certificate_id,
        r.account_id,
        r.provided_by,
        r.fingerprint_sha256,
        r.key_sha256,
        r.subject,
        r.names,
        r.serial,
        r.issuer,
        r.key_type,
        r.uploaded_at,
        r.uploaded_at_latest,
        r.not_before,
        r.not_before_latest,
        r.not_after,
        r.not_after_latest,
        r.revoked_at,
        r.revoked_at_latest,
        r.replaced_at,
        r.replaced_at_latest,
        r.source,
        r.record
    FROM store_certificates AS r
    WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_certificates AS d WHERE d.certificate_id = r.certificate_id)
    UNION ALL
    SELECT
        m.certificate_id,
        m.account_id,
        m.provided_by,
        m.fingerprint_sha256,
        m.key_sha256,
        m.subject,
        m.names,
        m.serial,
        m.issuer,
        m.key_type,
        m.uploaded_at,
        m.uploaded_at_latest,
        m.not_before,
        m.not_before_latest,
        m.not_after,
        m.not_after_latest,
        m.revoked_at,
        m.revoked_at_latest,
        m.replaced_at,
        m.replaced_at_latest,
        m.source,
        m.record
    FROM staging_merged_certificates AS m
)
SELECT
    k.certificate_id,
    k.account_id,
    k.provided_by,
    k.fingerprint_sha256,
    k.key_sha256,
    k.subject,
    k.names,
    k.serial,
    k.issuer,
    k.key_type,
    k.uploaded_at,
    k.uploaded_at_latest,
    k.not_before,
    k.not_before_latest,
    k.not_after,
    k.not_after_latest,
    CASE WHEN k.revoked_at > i.as_of THEN NULL ELSE k.revoked_at END AS revoked_at,
    CASE WHEN k.revoked_at > i.as_of THEN NULL ELSE k.revoked_at_latest END AS revoked_at_latest,
    CASE WHEN k.replaced_at > i.as_of THEN NULL ELSE k.replaced_at END AS replaced_at,
    CASE WHEN k.replaced_at > i.as_of THEN NULL ELSE k.replaced_at_latest END AS replaced_at_latest,
    k.source,
    k.record
FROM kept AS k
CROSS JOIN param_incident AS i
