-- An entry that names a kind or a role covers no more than that; a test that asks for all of them needs one that names none.
WITH held AS (
    SELECT
        table_name,
        kind,
        role,
        column_name,
        kind IS NULL AND role IS NULL AND column_name IS NULL AS is_whole,
        table_name = 'credential_changes' AND column_name IS NULL AS is_changes
    FROM param_coverage
)
SELECT
    COUNT(CASE WHEN table_name = 'accessed' AND is_whole THEN 1 END) > 0 AS accessed,
    COUNT(
        CASE WHEN table_name = 'accounts' AND column_name = 'products' AND kind IS NULL AND role IS NULL THEN 1 END
    ) > 0 AS account_products,
    COUNT(CASE WHEN table_name = 'sso' AND is_whole THEN 1 END) > 0 AS sso,
    COUNT(CASE WHEN table_name = 'users' AND is_whole THEN 1 END) > 0 AS users,
    COUNT(CASE WHEN table_name = 'app_installations' AND is_whole THEN 1 END) > 0 AS app_installations,
    COUNT(CASE WHEN table_name = 'certificates' AND is_whole THEN 1 END) > 0 AS certificates,
    COUNT(CASE WHEN table_name = 'api_clients' AND is_whole THEN 1 END) > 0 AS api_clients,
    COUNT(
        CASE WHEN is_changes AND COALESCE(kind, 'password') = 'password' AND COALESCE(role, 'agent') = 'agent' THEN 1 END
    ) > 0 AS agent_passwords,
    COUNT(
        CASE
            WHEN is_changes AND COALESCE(kind, 'password') = 'password' AND COALESCE(role, 'end_user') = 'end_user' THEN 1
        END
    ) > 0 AS end_user_passwords,
    COUNT(CASE WHEN is_changes AND COALESCE(kind, 'password') = 'password' AND role IS NULL THEN 1 END) > 0 AS all_passwords,
    COUNT(
        CASE WHEN is_changes AND COALESCE(kind, 'app_credential') = 'app_credential' AND role IS NULL THEN 1 END
    ) > 0 AS app_credential_changes,
    COUNT(
        CASE WHEN is_changes AND COALESCE(kind, 'oauth_token') = 'oauth_token' AND role IS NULL THEN 1 END
    ) > 0 AS oauth_token_changes,
    COUNT(
        CASE WHEN is_changes AND COALESCE(kind, 'api_token') = 'api_token' AND role IS NULL THEN 1 END
    ) > 0 AS api_token_changes
FROM held
