-- Which credentials kept in installed apps must be rotated or revoked (3-rules, 3).
-- The cells credentials_rotated_at are changes of their own, row by row, also where rows of a key are merged
-- (2-tables, "Duplicates"); one after as_of overwrote an earlier one: a change at an unknown time.
WITH cells AS (
    SELECT
        r.installation_id,
        CASE WHEN r.credentials_rotated_at <= i.as_of THEN r.credentials_rotated_at END AS changed_at,
        CASE WHEN r.credentials_rotated_at <= i.as_of THEN r.credentials_rotated_at_latest END AS changed_at_latest,
        r.credentials_rotated_at >= i.until_hi
            AND COALESCE(r.credentials_rotated_at_latest, r.credentials_rotated_at) <= i.as_of AS is_certain,
        r.source,
        r.record
    FROM store_app_installations AS r
    CROSS JOIN param_incident AS i
    WHERE COALESCE(r.credentials_rotated_at_latest, r.credentials_rotated_at) >= i.until_lo
        OR r.credentials_rotated_at > i.as_of
),
changes AS (
    SELECT
        c.subject_id AS installation_id, c.changed_at, c.changed_at_latest, c.is_certain, c.source, c.record
    FROM staging_changes AS c
    WHERE c.kind = 'app_credential' AND c.is_possible AND NOT c.is_of_other_account
    UNION ALL
    SELECT installation_id, changed_at, changed_at_latest, is_certain, source, record
    FROM cells
),
-- Of each installation the change that rotated, else any that may have.
first_changes AS (
    SELECT
        c.*,
        ROW_NUMBER() OVER (
            PARTITION BY c.installation_id
            ORDER BY
                CASE WHEN c.is_certain THEN 0 ELSE 1 END NULLS LAST,
                c.changed_at NULLS LAST,
                COALESCE(c.changed_at_latest, c.changed_at) NULLS LAST,
                c.source NULLS FIRST,
                c.record NULLS FIRST
        ) AS place
    FROM changes AS c
),
kinds AS (
    SELECT COUNT(CASE WHEN kind IN ('marketplace', 'private') THEN 1 END) = 2 AS both_affected
    FROM param_kind
    WHERE subject = 'app' AND handling = 'affected'
),
facts AS (
    SELECT
        a.account_id,
        a.installation_id,
        a.app_name,
        a.kind,
        a.credential_names,
        a.holds_credentials,
        a.source,
        a.record,
        a.installed_at IS NULL AS installed_empty,
        COALESCE(COALESCE(a.installed_at_latest, a.installed_at) < i.until_lo, FALSE) AS installed_before,
        COALESCE(a.installed_at >= i.until_hi, FALSE) AS installed_after,
        COALESCE(COALESCE(a.removed_at_latest, a.removed_at) <= i.as_of, FALSE) AS is_removed,
        COALESCE(a.kind, 'unknown') = 'unknown' AS kind_empty,
        k.kind IS NOT NULL AS kind_affected,
        b.both_affected,
        COALESCE(c.is_certain, FALSE) AS is_rotated,
        c.installation_id IS NOT NULL AS maybe_rotated,
        c.source AS change_source,
        c.record AS change_record,
        v.app_credential_changes AS changes_covered,
        COALESCE(e.exposure = 'accessed', FALSE) AS is_accessed,
        COALESCE(e."window" = 'outside', FALSE) AS is_outside,
        COALESCE(e.end_doubt, FALSE) AS end_doubt,
        COALESCE(e.scope, 'unknown') AS scope
    FROM staging_app_installations AS a
    CROSS JOIN param_incident AS i
    CROSS JOIN staging_coverage AS v
    CROSS JOIN kinds AS b
    LEFT JOIN param_kind AS k ON k.subject = 'app' AND k.handling = 'affected' AND k.kind = a.kind
    LEFT JOIN account_exposure AS e ON e.account_id = a.account_id
    LEFT JOIN first_changes AS c ON c.installation_id = a.installation_id AND c.place = 1
),
tests AS (
    SELECT
        account_id,
        installation_id,
        app_name,
        kind,
        credential_names,
        source,
        record,
        change_source,
        change_record,
        is_accessed,
        is_rotated,
        is_removed,
        installed_after AS installed_after_window,
        is_outside AS account_outside_window,
        scope = 'no' AS product_not_affected,
        NOT kind_empty AND NOT kind_affected AS kind_not_affected,
        COALESCE(holds_credentials = FALSE, FALSE) AS no_credentials,
        is_rotated AS credentials_rotated,
        installed_empty AS installed_unknown,
        NOT installed_empty AND NOT installed_before AND NOT installed_after AS installed_on_edge,
        end_doubt AS account_on_edge,
        scope = 'unknown' AS product_unknown,
        kind_empty AND NOT both_affected AS kind_unknown,
        holds_credentials IS NULL AS credentials_unknown,
        maybe_rotated AS rotation_on_edge,
        NOT changes_covered AS changes_not_covered,
        is_removed AS removed_not_rotated,
        TRUE AS not_rotated
    FROM facts
),
verdicts AS (
    SELECT
        t.*,
        CASE
            WHEN installed_after_window THEN 'INSTALLED_AFTER_WINDOW'
            WHEN account_outside_window THEN 'ACCOUNT_OUTSIDE_WINDOW'
            WHEN product_not_affected THEN 'PRODUCT_NOT_AFFECTED'
            WHEN kind_not_affected THEN 'KIND_NOT_AFFECTED'
            WHEN no_credentials THEN 'NO_CREDENTIALS'
            WHEN credentials_rotated THEN 'CREDENTIALS_ROTATED'
            WHEN installed_unknown THEN 'INSTALLED_UNKNOWN'
            WHEN installed_on_edge THEN 'INSTALLED_ON_EDGE'
            WHEN account_on_edge THEN 'ACCOUNT_ON_EDGE'
            WHEN product_unknown THEN 'PRODUCT_UNKNOWN'
            WHEN kind_unknown THEN 'KIND_UNKNOWN'
            WHEN credentials_unknown THEN 'CREDENTIALS_UNKNOWN'
            WHEN rotation_on_edge THEN 'ROTATION_ON_EDGE'
            WHEN changes_not_covered THEN 'CHANGES_NOT_COVERED'
            WHEN removed_not_rotated THEN 'REMOVED_NOT_ROTATED'
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
                'INSTALLED_AFTER_WINDOW', 'ACCOUNT_OUTSIDE_WINDOW', 'PRODUCT_NOT_AFFECTED', 'KIND_NOT_AFFECTED',
                'NO_CREDENTIALS', 'CREDENTIALS_ROTATED'
            ) THEN 'clear'
            WHEN reason IN ('REMOVED_NOT_ROTATED', 'NOT_ROTATED') THEN 'must_act'
            ELSE 'undetermined'
        END AS state
    FROM verdicts AS v
)
SELECT
    account_id,
    installation_id,
    app_name,
    kind,
    state,
    reason,
    CASE
        WHEN state = 'clear' THEN 'none'
        WHEN is_removed THEN 'revoke_credential'
        ELSE 'rotate_credential'
    END AS action,
    CASE WHEN is_accessed THEN 'accessed' ELSE 'precaution' END AS basis,
    credential_names,
    source,
    record,
    CASE WHEN is_rotated THEN change_source END AS change_source,
    CASE WHEN is_rotated THEN change_record END AS change_record
FROM states
ORDER BY account_id NULLS FIRST, installation_id NULLS FIRST
