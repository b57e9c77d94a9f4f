-- Laid down by the users' groups, so that each group's changes are found together. Not in one query with the join: engines
-- that join and sort more than their memory holds, both at once, give up.
SELECT
    c.group_number,
    c.user_id,
    c.product,
    c.effect,
    c.changed_at,
    c.changed_at_latest,
    c.is_cell,
    c.source,
    c.record,
    c.is_missing,
    c.is_of_other_account,
    c.is_before_created
FROM staging_joined_changes AS c
ORDER BY c.group_number NULLS FIRST
