SELECT
    s.account_id,
    COALESCE(s.population, 'unknown') AS population,
    s.product,
    CASE
        WHEN s.enforced = FALSE OR s.bypass_allowed THEN 0
        WHEN s.enforced AND s.bypass_allowed = FALSE THEN 2
        ELSE 1
    END AS says,
    CASE
        WHEN COALESCE(s.until_latest, s.until) <= i.as_of THEN 0
        WHEN (s.since IS NULL OR COALESCE(s.since_latest, s.since) <= i.as_of)
            AND (s.until IS NULL OR s.until > i.as_of) THEN 2
        ELSE 1
    END AS in_force,
    s.source,
    s.record
FROM store_sso AS s
CROSS JOIN param_incident AS i
WHERE s.since IS NULL OR s.since <= i.as_of
