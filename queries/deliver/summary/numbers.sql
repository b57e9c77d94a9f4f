SELECT number, certain, at_most
FROM (
    SELECT
        'accounts' AS number,
        COUNT(CASE WHEN TRUE THEN 1 END) AS certain,
        COUNT(CASE WHEN TRUE THEN 1 END) AS at_most
    FROM account_exposure
    UNION ALL
    SELECT
        'accounts_accessed' AS number,
        COUNT(CASE WHEN access IN ('authentication', 'data') THEN 1 END) AS certain,
        COUNT(CASE WHEN access IS NULL OR access <> 'none' THEN 1 END) AS at_most
    FROM account_exposure
    UNION ALL
    SELECT
        'accounts_in_window' AS number,
        COUNT(CASE WHEN exposure IN ('accessed', 'exposed') THEN 1 END) AS certain,
        COUNT(CASE WHEN exposure IS NULL OR exposure <> 'not_exposed' THEN 1 END) AS at_most
    FROM account_exposure
    UNION ALL
    SELECT
        'accounts_exposed' AS number,
        COUNT(CASE WHEN exposure = 'exposed' THEN 1 END) AS certain,
        COUNT(CASE WHEN exposure IS NULL OR exposure IN ('exposed', 'undetermined') THEN 1 END) AS at_most
    FROM account_exposure
    UNION ALL
    SELECT
        'accounts_not_exposed' AS number,
        COUNT(CASE WHEN exposure = 'not_exposed' THEN 1 END) AS certain,
        COUNT(CASE WHEN exposure IS NULL OR exposure IN ('not_exposed', 'undetermined') THEN 1 END) AS at_most
    FROM account_exposure
    UNION ALL
    SELECT
        'people_read' AS number,
        COUNT(CASE WHEN state = 'read' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'not_read' THEN 1 END) AS at_most
    FROM data_subjects
    UNION ALL
    SELECT
        'users_affected' AS number,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'clear' THEN 1 END) AS at_most
    FROM user_passwords
    UNION ALL
    SELECT
        'users_clear' AS number,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'must_act' THEN 1 END) AS at_most
    FROM user_passwords
    UNION ALL
    SELECT
        'users_account_unknown' AS number,
        COUNT(CASE WHEN account_id IS NULL AND state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN account_id IS NULL AND (state IS NULL OR state <> 'clear') THEN 1 END) AS at_most
    FROM user_passwords
    UNION ALL
    SELECT
        'apps_affected' AS number,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'clear' THEN 1 END) AS at_most
    FROM app_credentials
    UNION ALL
    SELECT
        'apps_clear' AS number,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'must_act' THEN 1 END) AS at_most
    FROM app_credentials
    UNION ALL
    SELECT
        'apps_account_unknown' AS number,
        COUNT(CASE WHEN account_id IS NULL AND state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN account_id IS NULL AND (state IS NULL OR state <> 'clear') THEN 1 END) AS at_most
    FROM app_credentials
    UNION ALL
    SELECT
        'certificates_affected' AS number,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'clear' THEN 1 END) AS at_most
    FROM certificates
    UNION ALL
    SELECT
        'certificates_clear' AS number,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'must_act' THEN 1 END) AS at_most
    FROM certificates
    UNION ALL
    SELECT
        'certificates_account_unknown' AS number,
        COUNT(CASE WHEN account_id IS NULL AND state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN account_id IS NULL AND (state IS NULL OR state <> 'clear') THEN 1 END) AS at_most
    FROM certificates
    UNION ALL
    SELECT
        'clients_affected' AS number,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'clear' THEN 1 END) AS at_most
    FROM api_clients
    UNION ALL
    SELECT
        'clients_clear' AS number,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS certain,
        COUNT(CASE WHEN state IS NULL OR state <> 'must_act' THEN 1 END) AS at_most
    FROM api_clients
    UNION ALL
    SELECT
        'clients_account_unknown' AS number,
        COUNT(CASE WHEN account_id IS NULL AND state = 'must_act' THEN 1 END) AS certain,
        COUNT(CASE WHEN account_id IS NULL AND (state IS NULL OR state <> 'clear') THEN 1 END) AS at_most
    FROM api_clients
    UNION ALL
    SELECT
        'people_account_unknown' AS number,
        COUNT(CASE WHEN account_id IS NULL AND state = 'read' THEN 1 END) AS certain,
        COUNT(CASE WHEN account_id IS NULL AND (state IS NULL OR state <> 'not_read') THEN 1 END) AS at_most
    FROM data_subjects
    UNION ALL
    SELECT
        'clients_to_consider' AS number,
        COUNT(CASE WHEN state = 'clear' AND action = 'consider_rotation' THEN 1 END) AS certain,
        COUNT(CASE WHEN state = 'clear' AND action = 'consider_rotation' THEN 1 END) AS at_most
    FROM api_clients
    UNION ALL
    SELECT
        'accounts_told' AS number,
        COUNT(DISTINCT account_id) AS certain,
        COUNT(DISTINCT account_id) AS at_most
    FROM notifications
    UNION ALL
    SELECT
        'accounts_unreachable' AS number,
        COUNT(DISTINCT account_id) - COUNT(DISTINCT CASE WHEN unreachable = FALSE THEN account_id END) AS certain,
        COUNT(DISTINCT account_id) - COUNT(DISTINCT CASE WHEN unreachable = FALSE THEN account_id END) AS at_most
    FROM notifications
) AS n
ORDER BY number NULLS FIRST
