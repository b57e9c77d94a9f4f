-- Which API clients must reconnect or get a new token (3-rules, 5).
WITH changes AS (
    SELECT
        c.subject_id AS client_id,
        c.kind,
        COUNT(CASE WHEN c.is_certain THEN 1 END) > 0 AS is_rotated
    FROM staging_changes AS c
    WHERE c.kind IN ('oauth_token', 'api_token') AND c.is_possible AND NOT c.is_of_other_account
    GROUP BY c.subject_id, c.kind
),
facts AS (
    SELECT
        a.account_id,
        a.client_id,
        a.user_id,
        a.kind,
        a.source,
        a.record,
        COALESCE(a.kind, 'unknown') = 'unknown' AS kind_empty,
        COALESCE(k.handling, '') AS handling,
        a.created_at IS NULL AS created_empty,
        COALESCE(COALESCE(a.created_at_latest, a.created_at) < i.until_lo, FALSE) AS created_before,
        COALESCE(a.created_at >= i.until_hi, FALSE) AS created_after,
        COALESCE(COALESCE(a.revoked_at_latest, a.revoked_at) <= i.as_of, FALSE) AS is_revoked,
        a.revoked_at IS NOT NULL AS maybe_revoked,
        u.state AS user_state,
        COALESCE(c.is_rotated, FALSE) AS is_rotated,
        c.client_id IS NOT NULL AS maybe_rotated,
        CASE WHEN a.kind = 'oauth' THEN v.oauth_token_changes ELSE v.api_token_changes END AS changes_covered,
        COALESCE(e.exposure = 'accessed', FALSE) AS is_accessed,
        COALESCE(e."window" = 'outside', FALSE) AS is_outside,
        COALESCE(e.end_doubt, FALSE) AS end_doubt,
        COALESCE(e.scope, 'unknown') AS scope
    FROM staging_api_clients AS a
    CROSS JOIN param_incident AS i
    CROSS JOIN staging_coverage AS v
    LEFT JOIN param_kind AS k ON k.subject = 'client' AND k.kind = a.kind
    LEFT JOIN user_passwords AS u ON u.user_id = a.user_id
    LEFT JOIN changes AS c
        ON c.client_id = a.client_id AND c.kind = CASE WHEN a.kind = 'oauth' THEN 'oauth_token' ELSE 'api_token' END
    LEFT JOIN account_exposure AS e ON e.account_id = a.account_id
),
tests AS (
    SELECT
        account_id,
        client_id,
        user_id,
        kind,
        source,
        record,
        is_accessed,
        is_revoked AS client_revoked,
        kind_empty AS kind_unknown,
        handling = 'none' AS exempt_kind,
        handling = 'reconnect' AND user_state IS NULL AS user_unknown,
        handling = 'reconnect' AND COALESCE(user_state = 'clear', FALSE) AS user_needs_no_rotation,
        handling = 'reconnect' AND maybe_revoked AND NOT is_revoked AS revoked_on_edge,
        handling = 'reconnect' AND COALESCE(user_state = 'undetermined', FALSE) AS user_undetermined,
        handling = 'reconnect' AS password_rotates,
        created_after AS created_after_window,
        is_outside AS account_outside_window,
        scope = 'no' AS product_not_affected,
        handling = 'consider' AS token_not_affected,
        is_rotated AS token_rotated,
        created_empty AS created_unknown,
        NOT created_empty AND NOT created_before AND NOT created_after AS created_on_edge,
        end_doubt AS account_on_edge,
        scope = 'unknown' AS product_unknown,
        maybe_revoked AND NOT is_revoked AS token_revoked_on_edge,
        maybe_rotated AS rotation_on_edge,
        NOT changes_covered AS changes_not_covered,
        TRUE AS token_exposed
    FROM facts
),
verdicts AS (
    SELECT
        t.*,
        CASE
            WHEN client_revoked THEN 'CLIENT_REVOKED'
            WHEN kind_unknown THEN 'KIND_UNKNOWN'
            WHEN exempt_kind THEN 'EXEMPT_KIND'
            WHEN user_unknown THEN 'USER_UNKNOWN'
            WHEN user_needs_no_rotation THEN 'USER_NEEDS_NO_ROTATION'
            WHEN revoked_on_edge THEN 'REVOKED_ON_EDGE'
            WHEN user_undetermined THEN 'USER_UNDETERMINED'
            WHEN password_rotates THEN 'PASSWORD_ROTATES'
            WHEN created_after_window THEN 'CREATED_AFTER_WINDOW'
            WHEN account_outside_window THEN 'ACCOUNT_OUTSIDE_WINDOW'
            WHEN product_not_affected THEN 'PRODUCT_NOT_AFFECTED'
            WHEN token_not_affected THEN 'TOKEN_NOT_AFFECTED'
            WHEN token_rotated THEN 'TOKEN_ROTATED'
            WHEN created_unknown THEN 'CREATED_UNKNOWN'
            WHEN created_on_edge THEN 'CREATED_ON_EDGE'
            WHEN account_on_edge THEN 'ACCOUNT_ON_EDGE'
            WHEN product_unknown THEN 'PRODUCT_UNKNOWN'
            WHEN token_revoked_on_edge THEN 'TOKEN_REVOKED_ON_EDGE'
            WHEN rotation_on_edge THEN 'ROTATION_ON_EDGE'
            WHEN changes_not_covered THEN 'CHANGES_NOT_COVERED'
            WHEN token_exposed THEN 'TOKEN_EXPOSED'
            ELSE 'RULE_GAP'
        END AS reason
    FROM tests AS t
),
states AS (
    SELECT
        v.*,
        CASE
            WHEN reason IN (
                'CLIENT_REVOKED', 'EXEMPT_KIND', 'USER_NEEDS_NO_ROTATION', 'CREATED_AFTER_WINDOW',
                'ACCOUNT_OUTSIDE_WINDOW', 'PRODUCT_NOT_AFFECTED', 'TOKEN_NOT_AFFECTED', 'TOKEN_ROTATED'
            ) THEN 'clear'
            WHEN reason IN ('PASSWORD_ROTATES', 'TOKEN_EXPOSED') THEN 'must_act'
            ELSE 'undetermined'
        END AS state
    FROM verdicts AS v
)
SELECT
    account_id,
    client_id,
    user_id,
    kind,
    state,
    reason,
    CASE
        WHEN reason = 'TOKEN_NOT_AFFECTED' THEN 'consider_rotation'
        WHEN state = 'clear' THEN 'none'
        WHEN reason IN ('KIND_UNKNOWN', 'USER_UNKNOWN', 'REVOKED_ON_EDGE', 'USER_UNDETERMINED', 'PASSWORD_ROTATES')
            THEN 'reconnect'
        ELSE 'rotate_token'
    END AS action,
    CASE WHEN is_accessed THEN 'accessed' ELSE 'precaution' END AS basis,
    source,
    record
FROM states
ORDER BY account_id NULLS FIRST, client_id NULLS FIRST
