-- Joined with their subjects once, whatever as_of is.
WITH subjects AS (
    SELECT 'app_credential' AS kind, r.installation_id AS subject_id, r.account_id, r.installed_at AS created_at
    FROM store_app_installations AS r
    WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_app_installations AS d WHERE d.installation_id = r.installation_id)
    UNION ALL
    SELECT 'app_credential' AS kind, m.installation_id AS subject_id, m.account_id, m.installed_at AS created_at
    FROM staging_merged_app_installations AS m
    UNION ALL
    SELECT 'certificate' AS kind, r.certificate_id AS subject_id, r.account_id, r.uploaded_at AS created_at
    FROM store_certificates AS r
    WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_certificates AS d WHERE d.certificate_id = r.certificate_id)
    UNION ALL
    SELECT 'certificate' AS kind, m.certificate_id AS subject_id, m.account_id, m.uploaded_at AS created_at
    FROM staging_merged_certificates AS m
    UNION ALL
    SELECT k.kind, r.client_id AS subject_id, r.account_id, r.created_at
    FROM store_api_clients AS r
    CROSS JOIN (SELECT 'api_token' AS kind UNION ALL SELECT 'oauth_token' AS kind) AS k
    WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_api_clients AS d WHERE d.client_id = r.client_id)
    UNION ALL
    SELECT k.kind, m.client_id AS subject_id, m.account_id, m.created_at
    FROM staging_merged_api_clients AS m
    CROSS JOIN (SELECT 'api_token' AS kind UNION ALL SELECT 'oauth_token' AS kind) AS k
)
SELECT
    c.product,
    c.kind,
    c.subject_id,
    c.changed_at,
    c.changed_at_latest,
    c.effect,
    c.source,
    c.record,
    s.subject_id IS NULL AS is_missing,
    COALESCE(c.account_id <> s.account_id, FALSE) AS is_of_other_account,
    COALESCE(COALESCE(c.changed_at_latest, c.changed_at) < s.created_at, FALSE) AS is_before_created
FROM store_credential_changes AS c
LEFT JOIN subjects AS s ON s.subject_id = c.subject_id AND s.kind = c.kind
WHERE c.kind IN ('app_credential', 'certificate', 'api_token', 'oauth_token') AND c.subject_id IS NOT NULL
