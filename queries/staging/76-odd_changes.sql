SELECT
    c.user_id,
    c.effect,
    c.changed_at,
    c.source,
    c.record,
    c.is_missing,
    c.is_of_other_account,
    c.is_before_created
FROM staging_user_changes AS c
WHERE NOT c.is_cell AND (c.is_missing OR c.is_of_other_account OR c.is_before_created)
