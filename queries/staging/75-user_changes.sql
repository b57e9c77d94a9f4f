-- Laid down by the users' groups, so that each group's changes are found together. Not in one query with the join: engines
-- that join and sort more than their memory holds, both at once, give up.
SELECT c.*
FROM staging_joined_changes AS c
ORDER BY c.group_number NULLS FIRST
