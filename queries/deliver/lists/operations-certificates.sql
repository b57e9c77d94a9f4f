SELECT account_id, certificate_id, subject, state, reason, action, basis, not_after, not_after_latest,
    fingerprint_sha256, key_sha256
FROM certificates
WHERE state IS NULL OR state <> 'clear'
