-- One row a key; an ending after as_of is left out, as if it were not there (3-rules, "The state is that of as_of").
WITH kept AS (
    SELECT
        r.client_id,
        r.account_id,
        r.user_id,
        r.name,
        r.kind,
        r.created_at,
        r.created_at_latest,
        r.last_used_at,
        r.last_used_at_latest,
        r.revoked_at,
        r.revoked_at_latest,
        r.source,
        r.record
    FROM store_api_clients AS r
    WHERE NOT EXISTS (SELECT 1 FROM staging_duplicate_api_clients AS d WHERE d.client_id = r.client_id)
    UNION ALL
    SELECT
        m.client_id,
        m.account_id,
        m.user_id,
        m.name,
        m.kind,
        m.created_at,
        m.created_at_latest,
        m.last_used_at,
        m.last_used_at_latest,
        m.revoked_at,
        m.revoked_at_latest,
        m.source,
        m.record
    FROM staging_merged_api_clients AS m
)
SELECT
    k.client_id,
    k.account_id,
    k.user_id,
    k.name,
    k.kind,
    k.created_at,
    k.created_at_latest,
    k.last_used_at,
    k.last_used_at_latest,
    CASE WHEN k.revoked_at > i.as_of THEN NULL ELSE k.revoked_at END AS revoked_at,
    CASE WHEN k.revoked_at > i.as_of THEN NULL ELSE k.revoked_at_latest END AS revoked_at_latest,
    k.source,
    k.record
FROM kept AS k
CROSS JOIN param_incident AS i
