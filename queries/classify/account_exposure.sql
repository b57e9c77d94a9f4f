-- Which accounts existed in the window, and whose data was accessed (3-rules, 1).
WITH young AS (
    SELECT
        account_id,
        MIN(COALESCE(created_at_latest, created_at)) AS first_by,
        MAX(created_at) AS last_from
    FROM staging_ordered_users
    GROUP BY account_id
    UNION ALL
    SELECT
        account_id,
        MIN(COALESCE(installed_at_latest, installed_at)) AS first_by,
        MAX(installed_at) AS last_from
    FROM staging_app_installations
    GROUP BY account_id
    UNION ALL
    SELECT
        account_id,
        MIN(COALESCE(uploaded_at_latest, uploaded_at)) AS first_by,
        MAX(uploaded_at) AS last_from
    FROM staging_certificates
    GROUP BY account_id
    UNION ALL
    SELECT account_id, COALESCE(activated_at_latest, activated_at) AS first_by, activated_at AS last_from
    FROM staging_accounts
    WHERE activated_at IS NOT NULL
),
-- Users, apps, certificates and the activation: the one that surely came first, and the one that may have come last.
children AS (
    SELECT account_id, MIN(first_by) AS first_by, MAX(last_from) AS last_from
    FROM young
    GROUP BY account_id
),
facts AS (
    SELECT
        a.account_id,
        a.listed,
        a.source,
        a.record,
        COALESCE(x.has_authentication, FALSE) AS has_authentication,
        x.account_id IS NOT NULL AS is_accessed,
        CASE
            WHEN p.has_affected THEN 'yes'
            WHEN p.all_unaffected AND c.account_products THEN 'no'
            ELSE 'unknown'
        END AS scope,
        a.created_at IS NULL AS created_empty,
        COALESCE(COALESCE(a.created_at_latest, a.created_at) < i.until_lo, FALSE) AS created_before,
        COALESCE(a.created_at >= i.until_hi, FALSE) AS created_after,
        COALESCE(COALESCE(a.deleted_at_latest, a.deleted_at) < i.from_lo, FALSE) AS ended_before,
        COALESCE(a.deleted_at < i.from_hi, FALSE) AS maybe_ended_before,
        COALESCE(k.first_by < i.until_lo, FALSE) AS child_before,
        COALESCE(k.last_from >= i.from_hi, FALSE) AS child_inside,
        c.accessed AS access_covered
    FROM staging_accounts AS a
    CROSS JOIN param_incident AS i
    CROSS JOIN staging_coverage AS c
    LEFT JOIN staging_account_access AS x ON x.account_id = a.account_id
    LEFT JOIN staging_account_products AS p ON p.account_id = a.account_id
    LEFT JOIN children AS k ON k.account_id = a.account_id
),
tests AS (
    SELECT
        account_id,
        listed,
        source,
        record,
        scope,
        is_accessed,
        access_covered,
        has_authentication AS authentication_accessed,
        is_accessed AS data_accessed,
        scope = 'no' AS product_not_affected,
        ended_before AND child_inside AS child_younger_than_end,
        ended_before AS ended_before_window,
        created_after AND child_before AS child_older_than_account,
        created_after AS created_after_window,
        maybe_ended_before AS ended_on_edge,
        created_empty AND NOT child_before AS created_unknown,
        NOT created_empty AND NOT created_before AND NOT created_after AND NOT child_before AS created_on_edge,
        scope = 'unknown' AS product_unknown,
        TRUE AS existed_in_window
    FROM facts
),
verdicts AS (
    SELECT
        t.*,
        CASE
            WHEN authentication_accessed THEN 'AUTHENTICATION_ACCESSED'
            WHEN data_accessed THEN 'DATA_ACCESSED'
            WHEN product_not_affected THEN 'PRODUCT_NOT_AFFECTED'
            WHEN child_younger_than_end THEN 'CHILD_YOUNGER_THAN_END'
            WHEN ended_before_window THEN 'ENDED_BEFORE_WINDOW'
            WHEN child_older_than_account THEN 'CHILD_OLDER_THAN_ACCOUNT'
            WHEN created_after_window THEN 'CREATED_AFTER_WINDOW'
            WHEN ended_on_edge THEN 'ENDED_ON_EDGE'
            WHEN created_unknown THEN 'CREATED_UNKNOWN'
            WHEN created_on_edge THEN 'CREATED_ON_EDGE'
            WHEN product_unknown THEN 'PRODUCT_UNKNOWN'
            WHEN existed_in_window THEN 'EXISTED_IN_WINDOW'
            ELSE 'RULE_GAP'
        END AS reason,
        -- Tests 4 to 10 in their order, whatever decided the exposure.
        CASE
            WHEN is_accessed THEN 'EXISTED_IN_WINDOW'
            WHEN child_younger_than_end THEN 'CHILD_YOUNGER_THAN_END'
            WHEN ended_before_window THEN 'ENDED_BEFORE_WINDOW'
            WHEN child_older_than_account THEN 'CHILD_OLDER_THAN_ACCOUNT'
            WHEN created_after_window THEN 'CREATED_AFTER_WINDOW'
            WHEN ended_on_edge THEN 'ENDED_ON_EDGE'
            WHEN created_unknown THEN 'CREATED_UNKNOWN'
            WHEN created_on_edge THEN 'CREATED_ON_EDGE'
            ELSE 'EXISTED_IN_WINDOW'
        END AS window_reason
    FROM tests AS t
),
exposures AS (
    SELECT
        v.*,
        CASE
            WHEN reason IN ('AUTHENTICATION_ACCESSED', 'DATA_ACCESSED') THEN 'accessed'
            WHEN reason IN ('PRODUCT_NOT_AFFECTED', 'ENDED_BEFORE_WINDOW', 'CREATED_AFTER_WINDOW') THEN 'not_exposed'
            WHEN reason = 'EXISTED_IN_WINDOW' THEN 'exposed'
            ELSE 'undetermined'
        END AS exposure
    FROM verdicts AS v
)
SELECT
    e.account_id,
    e.exposure,
    e.reason,
    CASE
        WHEN e.window_reason IN ('ENDED_BEFORE_WINDOW', 'CREATED_AFTER_WINDOW') THEN 'outside'
        WHEN e.window_reason = 'EXISTED_IN_WINDOW' THEN 'inside'
        ELSE 'undetermined'
    END AS "window",
    CASE
        WHEN e.authentication_accessed THEN 'authentication'
        WHEN e.is_accessed THEN 'data'
        WHEN e.exposure = 'not_exposed' OR e.access_covered THEN 'none'
        ELSE 'undetermined'
    END AS access,
    l.items AS access_classes,
    CASE WHEN e.is_accessed THEN 'yes' ELSE e.scope END AS scope,
    e.window_reason IN ('CHILD_YOUNGER_THAN_END', 'ENDED_ON_EDGE') AS end_doubt,
    e.listed,
    e.source,
    e.record
FROM exposures AS e
LEFT JOIN staging_access_classes AS l ON l.key = e.account_id
ORDER BY e.account_id NULLS FIRST
