SELECT
    c.kind,
    c.subject_id,
    c.changed_at,
    c.changed_at_latest,
    COALESCE(
        c.effect IN ('replaced', 'invalidated')
        AND c.changed_at >= i.until_hi
        AND COALESCE(c.changed_at_latest, c.changed_at) <= i.as_of,
        FALSE
    ) AS is_certain,
    (COALESCE(c.changed_at_latest, c.changed_at) < i.until_lo) IS NOT TRUE AS is_possible,
    c.is_of_other_account,
    c.source,
    c.record
FROM staging_subject_changes AS c
CROSS JOIN param_incident AS i
WHERE NOT c.is_missing
    AND (c.changed_at IS NULL OR c.changed_at <= i.as_of)
    AND (c.effect IS NULL OR c.effect <> 'requested')
