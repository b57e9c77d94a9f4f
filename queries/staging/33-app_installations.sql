-- One row a key; an ending after as_of is left out, as if it were not there (3-rules, "The state is that of as_of").
WITH kept AS (
    SELECT
        r.installation_id,
        r.account_id,
        r.app_id,
        r.app_name,
        r.kind,
        r.installed_at,
        r.installed_at_latest,
        r.updated_at,
        r.updated_at_latest,
        r.removed_at,
        r.removed_at_latest,
        r.enabled,
        r.holds_credentials,
        r.credential_names,
        r.source,
        r.record
    FROM store_app_installations AS r
    WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_app_installations AS d WHERE d.installation_id = r.installation_id)
    UNION ALL
    SELECT
        m.installation_id,
        m.account_id,
        m.app_id,
        m.app_name,
        m.kind,
        m.installed_at,
        m.installed_at_latest,
        m.updated_at,
        m.updated_at_latest,
        m.removed_at,
        m.removed_at_latest,
        m.enabled,
        m.holds_credentials,
        m.credential_names,
        m.source,
        m.record
    FROM staging_merged_app_installations AS m
)
SELECT
    k.installation_id,
    k.account_id,
    k.app_id,
    k.app_name,
    k.kind,
    k.installed_at,
    k.installed_at_latest,
    k.updated_at,
    k.updated_at_latest,
    CASE WHEN k.removed_at > i.as_of THEN NULL ELSE k.removed_at END AS removed_at,
    CASE WHEN k.removed_at > i.as_of THEN NULL ELSE k.removed_at_latest END AS removed_at_latest,
    k.enabled,
    k.holds_credentials,
    k.credential_names,
    k.source,
    k.record
FROM kept AS k
CROSS JOIN param_incident AS i
