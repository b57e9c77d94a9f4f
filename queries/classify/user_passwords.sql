-- Whose password must be rotated (3-rules, 2).
WITH user_groups AS (
    SELECT
        g.group_number,
        g.role,
        g.sign_ins_known AND n.needed > 0 AS has_needed,
        n.needed,
        n.unnamed_proves,
        COALESCE(m.when_active, 0) AS when_active,
        COALESCE(m.when_inactive, 0) AS when_inactive,
        COALESCE(m.when_unknown, 0) AS when_unknown,
        COALESCE(s.sso, 1) AS sso,
        COALESCE(e.exposure = 'accessed', FALSE) AS is_accessed,
        COALESCE(e."window" = 'outside', FALSE) AS is_outside,
        COALESCE(e.end_doubt, FALSE) AS end_doubt,
        COALESCE(e.listed, FALSE) AS is_listed
    FROM staging_user_groups AS g
    JOIN staging_group_proofs AS n ON n.group_number = g.group_number
    LEFT JOIN staging_group_members AS m ON m.group_number = g.group_number
    LEFT JOIN staging_group_sso AS s ON s.group_number = g.group_number
    LEFT JOIN account_exposure AS e ON e.account_id = g.account_id
),
users AS (
    SELECT
        u.*,
        c.is_certain_unnamed,
        c.proven,
        c.rotated_at,
        c.rotated_at_latest,
        c.change_source,
        c.change_record,
        c.user_id IS NOT NULL AS maybe_rotated
    FROM staging_ordered_users_as_of AS u
    LEFT JOIN staging_password_changes AS c ON c.user_id = u.user_id
),
facts AS (
    SELECT
        u.user_id,
        u.account_id,
        u.role,
        u.source,
        u.record,
        g.role AS role_or_unknown,
        u.created_at IS NULL AS created_empty,
        COALESCE(COALESCE(u.created_at_latest, u.created_at) < i.until_lo, FALSE) AS created_before,
        COALESCE(u.created_at >= i.until_hi, FALSE) AS created_after,
        COALESCE(COALESCE(u.deleted_at_latest, u.deleted_at) <= i.as_of, FALSE) AS is_deleted,
        u.deleted_at IS NOT NULL AS maybe_deleted,
        COALESCE(u.has_password = FALSE, FALSE) AS has_no_password,
        CASE
            WHEN u.active THEN g.when_active
            WHEN u.active = FALSE THEN g.when_inactive
            ELSE g.when_unknown
        END AS member,
        g.when_active = 2 AS role_and_sign_in,
        CASE WHEN u.sso_only THEN 2 ELSE g.sso END AS sso,
        g.has_needed
            AND u.maybe_rotated
            AND ((u.is_certain_unnamed AND g.unnamed_proves) OR u.proven = g.needed) AS is_rotated,
        u.maybe_rotated,
        u.rotated_at,
        u.rotated_at_latest,
        u.change_source,
        u.change_record,
        CASE g.role
            WHEN 'agent' THEN v.agent_passwords
            WHEN 'end_user' THEN v.end_user_passwords
            ELSE v.all_passwords
        END AS changes_covered,
        g.is_accessed,
        g.is_outside,
        g.end_doubt,
        g.is_listed,
        i.exempt_no_password,
        i.exempt_sso,
        i.exempt_rotated
    FROM users AS u
    CROSS JOIN param_incident AS i
    CROSS JOIN staging_coverage AS v
    LEFT JOIN user_groups AS g ON g.group_number = u.group_number
),
tests AS (
    SELECT
        account_id,
        user_id,
        role,
        source,
        record,
        member,
        sso,
        is_accessed,
        is_rotated,
        rotated_at,
        rotated_at_latest,
        change_source,
        change_record,
        created_after AS created_after_window,
        is_outside AS account_outside_window,
        is_deleted AS user_deleted,
        member = 0 AS not_in_population,
        has_no_password AND exempt_no_password AS no_password,
        sso = 2 AND exempt_sso AS sso_enforced,
        is_rotated AND exempt_rotated AS password_rotated,
        created_empty AS created_unknown,
        NOT created_empty AND NOT created_before AND NOT created_after AS created_on_edge,
        end_doubt AS account_on_edge,
        maybe_deleted AND NOT is_deleted AS deleted_on_edge,
        member = 1 AND NOT is_listed AS account_unknown,
        member = 1 AND role_or_unknown = 'unknown' AS role_unknown,
        member = 1 AND role_and_sign_in AS active_unknown,
        member = 1 AS product_unknown,
        sso = 1 AND exempt_sso AS sso_unproven,
        maybe_rotated AND exempt_rotated AS change_on_edge,
        NOT changes_covered AND exempt_rotated AS changes_not_covered,
        TRUE AS not_rotated
    FROM facts
),
verdicts AS (
    SELECT
        t.*,
        CASE
            WHEN created_after_window THEN 'CREATED_AFTER_WINDOW'
            WHEN account_outside_window THEN 'ACCOUNT_OUTSIDE_WINDOW'
            WHEN user_deleted THEN 'USER_DELETED'
            WHEN not_in_population THEN 'NOT_IN_POPULATION'
            WHEN no_password THEN 'NO_PASSWORD'
            WHEN sso_enforced THEN 'SSO_ENFORCED'
            WHEN password_rotated THEN 'PASSWORD_ROTATED'
            WHEN created_unknown THEN 'CREATED_UNKNOWN'
            WHEN created_on_edge THEN 'CREATED_ON_EDGE'
            WHEN account_on_edge THEN 'ACCOUNT_ON_EDGE'
            WHEN deleted_on_edge THEN 'DELETED_ON_EDGE'
            WHEN account_unknown THEN 'ACCOUNT_UNKNOWN'
            WHEN role_unknown THEN 'ROLE_UNKNOWN'
            WHEN active_unknown THEN 'ACTIVE_UNKNOWN'
            WHEN product_unknown THEN 'PRODUCT_UNKNOWN'
            WHEN sso_unproven THEN 'SSO_UNPROVEN'
            WHEN change_on_edge THEN 'CHANGE_ON_EDGE'
            WHEN changes_not_covered THEN 'CHANGES_NOT_COVERED'
            WHEN not_rotated THEN 'NOT_ROTATED'
            ELSE 'RULE_GAP'
        END AS reason
    FROM tests AS t
),
states AS (
    SELECT
        v.*,
        CASE
            WHEN reason IN (
                'CREATED_AFTER_WINDOW', 'ACCOUNT_OUTSIDE_WINDOW', 'USER_DELETED', 'NOT_IN_POPULATION',
                'NO_PASSWORD', 'SSO_ENFORCED', 'PASSWORD_ROTATED'
            ) THEN 'clear'
            WHEN reason = 'NOT_ROTATED' THEN 'must_act'
            ELSE 'undetermined'
        END AS state
    FROM verdicts AS v
)
SELECT
    account_id,
    user_id,
    role,
    state,
    reason,
    CASE WHEN state = 'clear' THEN 'none' ELSE 'rotate_password' END AS action,
    CASE WHEN is_accessed THEN 'accessed' ELSE 'precaution' END AS basis,
    CASE member WHEN 2 THEN 'yes' WHEN 0 THEN 'no' ELSE 'unknown' END AS member,
    CASE sso WHEN 2 THEN 'yes' WHEN 0 THEN 'no' ELSE 'unknown' END AS sso,
    CASE WHEN is_rotated THEN rotated_at END AS rotated_at,
    CASE WHEN is_rotated THEN rotated_at_latest END AS rotated_at_latest,
    source,
    record,
    CASE WHEN is_rotated THEN change_source END AS change_source,
    CASE WHEN is_rotated THEN change_record END AS change_record
FROM states
ORDER BY account_id NULLS FIRST, user_id NULLS FIRST
