-- The four questions of the job, one row an account (3-rules, 7), and its cohort.
-- Users of the population that were deleted by as_of use no sign-in any more.
WITH deleted AS (
    SELECT u.user_id
    FROM staging_ordered_users_as_of AS u
    CROSS JOIN param_incident AS i
    WHERE COALESCE(u.deleted_at_latest, u.deleted_at) <= i.as_of
),
gone AS (
    SELECT
        p.account_id,
        COUNT(*) AS members,
        COUNT(CASE WHEN p.sso = 'yes' THEN 1 END) AS members_with_sso,
        COUNT(CASE WHEN p.sso = 'no' THEN 1 END) AS members_without_sso
    FROM user_passwords AS p
    JOIN deleted AS d ON d.user_id = p.user_id
    WHERE p.member = 'yes'
    GROUP BY p.account_id
),
users AS (
    SELECT
        p.account_id,
        COUNT(CASE WHEN p.state = 'must_act' THEN 1 END) AS must_act,
        COUNT(CASE WHEN p.state = 'undetermined' THEN 1 END) AS undetermined,
        COUNT(CASE WHEN p.state = 'clear' THEN 1 END) AS clear,
        COUNT(CASE WHEN p.reason IN ('NO_PASSWORD', 'SSO_ENFORCED', 'PASSWORD_ROTATED') THEN 1 END) AS spared,
        COUNT(CASE WHEN p.member = 'yes' THEN 1 END) AS members,
        COUNT(CASE WHEN p.member = 'yes' AND p.sso = 'yes' THEN 1 END) AS members_with_sso,
        COUNT(CASE WHEN p.member = 'yes' AND p.sso = 'no' THEN 1 END) AS members_without_sso
    FROM user_passwords AS p
    GROUP BY p.account_id
),
apps AS (
    SELECT
        account_id,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS must_act,
        COUNT(CASE WHEN state = 'undetermined' THEN 1 END) AS undetermined,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS clear,
        COUNT(CASE WHEN action = 'revoke_credential' THEN 1 END) AS to_revoke,
        COUNT(CASE WHEN action = 'rotate_credential' THEN 1 END) AS to_rotate
    FROM app_credentials
    GROUP BY account_id
),
tls AS (
    SELECT
        account_id,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS must_act,
        COUNT(CASE WHEN state = 'undetermined' THEN 1 END) AS undetermined,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS clear,
        COUNT(CASE WHEN reason IN ('REVOKED', 'EXPIRED') THEN 1 END) AS ended,
        COUNT(CASE WHEN action = 'replace_certificate' THEN 1 END) AS to_replace,
        COUNT(CASE WHEN action = 'revoke_certificate' THEN 1 END) AS to_revoke
    FROM certificates
    GROUP BY account_id
),
clients AS (
    SELECT
        account_id,
        COUNT(CASE WHEN state = 'must_act' THEN 1 END) AS must_act,
        COUNT(CASE WHEN state = 'undetermined' THEN 1 END) AS undetermined,
        COUNT(CASE WHEN state = 'clear' THEN 1 END) AS clear,
        COUNT(CASE WHEN action = 'reconnect' THEN 1 END) AS to_reconnect,
        COUNT(CASE WHEN action = 'rotate_token' THEN 1 END) AS to_rotate
    FROM api_clients
    GROUP BY account_id
),
subjects AS (
    SELECT
        account_id,
        COUNT(CASE WHEN state = 'read' THEN 1 END) AS was_read,
        COUNT(CASE WHEN state = 'undetermined' THEN 1 END) AS undetermined
    FROM data_subjects
    GROUP BY account_id
),
-- One grouping of all counts instead of a join of five tables, which would all have to be in memory at once.
parts AS (
    SELECT
        account_id, 'users' AS part, must_act AS n1, undetermined AS n2, clear AS n3, spared AS n4, members AS n5,
        members_with_sso AS n6, members_without_sso AS n7
    FROM users
    UNION ALL
    SELECT account_id, 'gone' AS part, members, members_with_sso, members_without_sso, 0, 0, 0, 0
    FROM gone
    UNION ALL
    SELECT account_id, 'apps' AS part, must_act, undetermined, clear, to_revoke, to_rotate, 0, 0
    FROM apps
    UNION ALL
    SELECT account_id, 'tls' AS part, must_act, undetermined, clear, ended, to_replace, to_revoke, 0
    FROM tls
    UNION ALL
    SELECT account_id, 'clients' AS part, must_act, undetermined, clear, to_reconnect, to_rotate, 0, 0
    FROM clients
    UNION ALL
    SELECT account_id, 'subjects' AS part, was_read, undetermined, 0, 0, 0, 0, 0
    FROM subjects
),
totals AS (
    SELECT
        account_id,
        MAX(CASE WHEN part = 'users' THEN n1 ELSE 0 END) AS users_must_act,
        MAX(CASE WHEN part = 'users' THEN n2 ELSE 0 END) AS users_undetermined,
        MAX(CASE WHEN part = 'users' THEN n3 ELSE 0 END) AS users_clear,
        MAX(CASE WHEN part = 'users' THEN n4 ELSE 0 END) AS users_spared,
        MAX(CASE WHEN part = 'users' THEN n5 ELSE 0 END) - MAX(CASE WHEN part = 'gone' THEN n1 ELSE 0 END) AS members,
        MAX(CASE WHEN part = 'users' THEN n6 ELSE 0 END)
            - MAX(CASE WHEN part = 'gone' THEN n2 ELSE 0 END) AS members_with_sso,
        MAX(CASE WHEN part = 'users' THEN n7 ELSE 0 END)
            - MAX(CASE WHEN part = 'gone' THEN n3 ELSE 0 END) AS members_without_sso,
        MAX(CASE WHEN part = 'apps' THEN n1 ELSE 0 END) AS apps_must_act,
        MAX(CASE WHEN part = 'apps' THEN n2 ELSE 0 END) AS apps_undetermined,
        MAX(CASE WHEN part = 'apps' THEN n3 ELSE 0 END) AS apps_clear,
        MAX(CASE WHEN part = 'apps' THEN n4 ELSE 0 END) AS apps_to_revoke,
        MAX(CASE WHEN part = 'apps' THEN n5 ELSE 0 END) AS apps_to_rotate,
        MAX(CASE WHEN part = 'tls' THEN n1 ELSE 0 END) AS certificates_must_act,
        MAX(CASE WHEN part = 'tls' THEN n2 ELSE 0 END) AS certificates_undetermined,
        MAX(CASE WHEN part = 'tls' THEN n3 ELSE 0 END) AS certificates_clear,
        MAX(CASE WHEN part = 'tls' THEN n4 ELSE 0 END) AS certificates_ended,
        MAX(CASE WHEN part = 'tls' THEN n5 ELSE 0 END) AS certificates_to_replace,
        MAX(CASE WHEN part = 'tls' THEN n6 ELSE 0 END) AS certificates_to_revoke,
        MAX(CASE WHEN part = 'clients' THEN n1 ELSE 0 END) AS clients_must_act,
        MAX(CASE WHEN part = 'clients' THEN n2 ELSE 0 END) AS clients_undetermined,
        MAX(CASE WHEN part = 'clients' THEN n3 ELSE 0 END) AS clients_clear,
        MAX(CASE WHEN part = 'clients' THEN n4 ELSE 0 END) AS clients_to_reconnect,
        MAX(CASE WHEN part = 'clients' THEN n5 ELSE 0 END) AS clients_to_rotate,
        MAX(CASE WHEN part = 'subjects' THEN n1 ELSE 0 END) AS subjects_read,
        MAX(CASE WHEN part = 'subjects' THEN n2 ELSE 0 END) AS subjects_undetermined
    FROM parts
    GROUP BY account_id
),
-- Coverage of the tables that the queries of this profile look into.
runs AS (
    SELECT
        COUNT(CASE WHEN query IN ('user_passwords', 'data_subjects') THEN 1 END) > 0 AS users,
        COUNT(CASE WHEN query = 'app_credentials' THEN 1 END) > 0 AS app_installations,
        COUNT(CASE WHEN query = 'certificates' THEN 1 END) > 0 AS certificates,
        COUNT(CASE WHEN query = 'api_clients' THEN 1 END) > 0 AS api_clients
    FROM param_query
),
covered AS (
    SELECT
        c.users,
        c.certificates,
        (c.users OR NOT r.users)
            AND (c.app_installations OR NOT r.app_installations)
            AND (c.certificates OR NOT r.certificates)
            AND (c.api_clients OR NOT r.api_clients) AS known
    FROM staging_coverage AS c
    CROSS JOIN runs AS r
),
counts AS (
    SELECT
        e.account_id,
        e.exposure,
        e.access,
        e."window" AS account_window,
        e.reason,
        c.known,
        CASE
            WHEN t.users_must_act > 0 THEN 'outstanding'
            WHEN t.users_undetermined > 0 THEN 'undetermined'
            WHEN NOT c.users THEN 'unknown'
            WHEN t.users_spared > 0 THEN 'complete'
            ELSE 'not_needed'
        END AS rotation_status,
        CASE
            WHEN t.members_with_sso > 0 AND t.members_without_sso > 0 THEN 'some'
            WHEN NOT c.users THEN 'unknown'
            WHEN COALESCE(t.members, 0) = 0 THEN 'none_in_population'
            WHEN t.members_with_sso = t.members THEN 'all'
            WHEN t.members_without_sso = t.members THEN 'none'
            ELSE 'unknown'
        END AS sso_use,
        CASE
            WHEN t.certificates_must_act > 0 THEN 'valid'
            WHEN t.certificates_undetermined > 0 THEN 'undetermined'
            WHEN NOT c.certificates THEN 'unknown'
            WHEN t.certificates_ended > 0 THEN 'expired_or_revoked'
            ELSE 'none'
        END AS tls_validity,
        COALESCE(t.users_must_act, 0) AS users_must_act,
        COALESCE(t.users_undetermined, 0) AS users_undetermined,
        COALESCE(t.users_clear, 0) AS users_clear,
        COALESCE(t.apps_must_act, 0) AS apps_must_act,
        COALESCE(t.apps_undetermined, 0) AS apps_undetermined,
        COALESCE(t.apps_clear, 0) AS apps_clear,
        COALESCE(t.certificates_must_act, 0) AS certificates_must_act,
        COALESCE(t.certificates_undetermined, 0) AS certificates_undetermined,
        COALESCE(t.certificates_clear, 0) AS certificates_clear,
        COALESCE(t.clients_must_act, 0) AS clients_must_act,
        COALESCE(t.clients_undetermined, 0) AS clients_undetermined,
        COALESCE(t.clients_clear, 0) AS clients_clear,
        COALESCE(t.subjects_read, 0) AS subjects_read,
        COALESCE(t.subjects_undetermined, 0) AS subjects_undetermined,
        -- In the order of bytes, each behind a separator, the first of which is cut off below.
        CASE WHEN t.clients_to_reconnect > 0 THEN ';reconnect' ELSE '' END
            || CASE WHEN t.certificates_to_replace > 0 THEN ';replace_certificate' ELSE '' END
            || CASE WHEN t.certificates_to_revoke > 0 THEN ';revoke_certificate' ELSE '' END
            || CASE WHEN t.apps_to_revoke > 0 THEN ';revoke_credential' ELSE '' END
            || CASE WHEN t.apps_to_rotate > 0 THEN ';rotate_credential' ELSE '' END
            || CASE WHEN t.users_must_act > 0 OR t.users_undetermined > 0 THEN ';rotate_password' ELSE '' END
            || CASE WHEN t.clients_to_rotate > 0 THEN ';rotate_token' ELSE '' END AS separated_actions
    FROM account_exposure AS e
    CROSS JOIN covered AS c
    LEFT JOIN totals AS t ON t.account_id = e.account_id
),
-- Cohorts look at a few words only: each combination of them is asked once, with actions and without.
exposures AS (
    SELECT DISTINCT access, exposure, "window" AS account_window
    FROM account_exposure
),
with_or_without AS (
    SELECT TRUE AS has_actions
    UNION ALL
    SELECT FALSE AS has_actions
),
combinations AS (
    SELECT e.access, e.exposure, e.account_window, a.has_actions, c.known
    FROM exposures AS e
    CROSS JOIN with_or_without AS a
    CROSS JOIN covered AS c
),
failures AS (
    SELECT
        b.access,
        b.exposure,
        b.account_window,
        b.has_actions,
        b.known,
        t.position,
        COUNT(
            CASE
                WHEN CASE t.word
                    WHEN 'access' THEN b.access = t.value
                    WHEN 'exposure' THEN b.exposure = t.value
                    WHEN 'window' THEN b.account_window = t.value
                    WHEN 'actions' THEN b.has_actions
                    WHEN 'known' THEN b.known
                    WHEN 'always' THEN TRUE
                END = t.negated THEN 1
            END
        ) AS failed
    FROM combinations AS b
    CROSS JOIN param_cohort_term AS t
    GROUP BY b.access, b.exposure, b.account_window, b.has_actions, b.known, t.position
),
first_cohorts AS (
    SELECT access, exposure, account_window, has_actions, known, MIN(position) AS position
    FROM failures
    WHERE failed = 0
    GROUP BY access, exposure, account_window, has_actions, known
)
SELECT
    n.account_id,
    a.customer_id,
    a.name,
    n.exposure,
    n.access,
    n.account_window AS "window",
    n.reason,
    h.cohort,
    n.rotation_status,
    n.sso_use,
    n.tls_validity,
    n.users_must_act,
    n.users_undetermined,
    n.users_clear,
    n.apps_must_act,
    n.apps_undetermined,
    n.apps_clear,
    n.certificates_must_act,
    n.certificates_undetermined,
    n.certificates_clear,
    n.clients_must_act,
    n.clients_undetermined,
    n.clients_clear,
    n.subjects_read,
    n.subjects_undetermined,
    CASE WHEN n.separated_actions <> '' THEN SUBSTRING(n.separated_actions, 2) END AS actions,
    n.known
FROM counts AS n
JOIN staging_accounts AS a ON a.account_id = n.account_id
LEFT JOIN first_cohorts AS f
    ON f.access = n.access
    AND f.exposure = n.exposure
    AND f.account_window = n.account_window
    AND f.has_actions = (n.separated_actions <> '')
    AND f.known = n.known
LEFT JOIN param_cohort AS h ON h.position = f.position
ORDER BY n.account_id NULLS FIRST
