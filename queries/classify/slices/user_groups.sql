SELECT group_number, account_id, users
FROM staging_user_groups
ORDER BY group_number NULLS FIRST
