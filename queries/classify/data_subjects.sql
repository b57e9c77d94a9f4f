-- Whose personal data was read (3-rules, 6). Says nothing of passwords.
WITH user_groups AS (
    SELECT
        g.group_number,
        COALESCE(x.all_personal, FALSE) AS all_personal,
        COALESCE(x.maybe_personal, FALSE) AS maybe_personal,
        COALESCE(e."window" = 'outside', FALSE) AS is_outside,
        COALESCE(e.scope, 'unknown') AS scope,
        l.items AS classes
    FROM staging_user_groups AS g
    LEFT JOIN staging_account_access AS x ON x.account_id = g.account_id
    LEFT JOIN account_exposure AS e ON e.account_id = g.account_id
    LEFT JOIN staging_subject_classes AS l ON l.key = g.account_id
),
facts AS (
    SELECT
        u.account_id,
        u.user_id,
        u.role,
        u.country,
        u.source,
        u.record,
        COALESCE(COALESCE(u.created_at_latest, u.created_at) < i.until_lo, FALSE) AS created_before,
        COALESCE(u.created_at >= i.until_hi, FALSE) AS created_after,
        COALESCE(COALESCE(u.deleted_at_latest, u.deleted_at) < i.from_lo, FALSE) AS ended_before,
        COALESCE(u.deleted_at < i.from_hi, FALSE) AS maybe_ended_before,
        g.all_personal,
        g.maybe_personal,
        g.is_outside,
        g.scope,
        g.classes,
        v.accessed AS access_covered
    FROM staging_ordered_users_as_of AS u
    CROSS JOIN param_incident AS i
    CROSS JOIN staging_coverage AS v
    LEFT JOIN user_groups AS g ON g.group_number = u.group_number
),
tests AS (
    SELECT
        account_id,
        user_id,
        role,
        country,
        source,
        record,
        classes,
        created_after AS created_after_window,
        ended_before AS ended_before_window,
        all_personal AND created_before AND NOT maybe_ended_before AS account_data_read,
        maybe_personal AS account_partly_read,
        account_id IS NULL AS account_unknown,
        is_outside AS account_outside_window,
        scope = 'no' AS product_not_affected,
        access_covered AS account_not_read,
        TRUE AS access_not_established
    FROM facts
),
verdicts AS (
    SELECT
        t.*,
        CASE
            WHEN created_after_window THEN 'CREATED_AFTER_WINDOW'
            WHEN ended_before_window THEN 'ENDED_BEFORE_WINDOW'
            WHEN account_data_read THEN 'ACCOUNT_DATA_READ'
            WHEN account_partly_read THEN 'ACCOUNT_PARTLY_READ'
            WHEN account_unknown THEN 'ACCOUNT_UNKNOWN'
            WHEN account_outside_window THEN 'ACCOUNT_OUTSIDE_WINDOW'
            WHEN product_not_affected THEN 'PRODUCT_NOT_AFFECTED'
            WHEN account_not_read THEN 'ACCOUNT_NOT_READ'
            WHEN access_not_established THEN 'ACCESS_NOT_ESTABLISHED'
            ELSE 'RULE_GAP'
        END AS reason
    FROM tests AS t
)
SELECT
    r.account_id,
    r.user_id,
    CASE
        WHEN r.reason = 'ACCOUNT_DATA_READ' THEN 'read'
        WHEN r.reason IN (
            'CREATED_AFTER_WINDOW', 'ENDED_BEFORE_WINDOW', 'ACCOUNT_OUTSIDE_WINDOW', 'PRODUCT_NOT_AFFECTED',
            'ACCOUNT_NOT_READ'
        ) THEN 'not_read'
        ELSE 'undetermined'
    END AS state,
    r.reason,
    r.classes,
    r.role,
    r.country,
    r.source,
    r.record
FROM verdicts AS r
ORDER BY r.account_id NULLS FIRST, r.user_id NULLS FIRST
