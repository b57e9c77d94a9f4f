-- Changes that name another account are not the user's, and those before the window prove nothing and hide nothing. A cell
-- after as_of overwrote an earlier one: a change at an unknown time.
SELECT
    c.group_number,
    c.user_id,
    c.product,
    CASE WHEN c.is_cell AND c.changed_at > i.as_of THEN NULL ELSE c.changed_at END AS changed_at,
    CASE WHEN c.is_cell AND c.changed_at > i.as_of THEN NULL ELSE c.changed_at_latest END AS changed_at_latest,
    COALESCE(
        c.effect IN ('replaced', 'invalidated')
        AND c.changed_at >= i.until_hi
        AND COALESCE(c.changed_at_latest, c.changed_at) <= i.as_of,
        FALSE
    ) AS is_certain,
    c.source,
    c.record
FROM staging_user_changes AS c
CROSS JOIN param_incident AS i
WHERE NOT c.is_missing
    AND NOT c.is_of_other_account
    AND (c.effect IS NULL OR c.effect <> 'requested')
    AND (c.is_cell OR c.changed_at IS NULL OR c.changed_at <= i.as_of)
    AND (
        (COALESCE(c.changed_at_latest, c.changed_at) < i.until_lo) IS NOT TRUE
        OR (c.is_cell AND c.changed_at > i.as_of)
    )
