-- Which certificates must be replaced or revoked (3-rules, 4).
WITH located AS (
    SELECT
        c.account_id,
        c.certificate_id,
        c.subject,
        c.provided_by,
        c.fingerprint_sha256,
        c.key_sha256,
        c.not_after,
        c.not_after_latest,
        c.source,
        c.record,
        i.as_of,
        c.uploaded_at IS NULL AS uploaded_empty,
        COALESCE(COALESCE(c.uploaded_at_latest, c.uploaded_at) < i.until_lo, FALSE) AS uploaded_before,
        COALESCE(c.uploaded_at >= i.until_hi, FALSE) AS uploaded_after,
        COALESCE(COALESCE(c.revoked_at_latest, c.revoked_at) <= i.as_of, FALSE) AS is_revoked,
        c.revoked_at IS NOT NULL AS maybe_revoked,
        COALESCE(COALESCE(c.replaced_at_latest, c.replaced_at) <= i.as_of, FALSE) AS is_replaced,
        COALESCE(e.exposure = 'accessed', FALSE) AS is_accessed,
        COALESCE(e."window" = 'outside', FALSE) AS is_outside,
        COALESCE(e.end_doubt, FALSE) AS end_doubt,
        COALESCE(e.scope, 'unknown') AS scope
    FROM staging_certificates AS c
    CROSS JOIN param_incident AS i
    LEFT JOIN account_exposure AS e ON e.account_id = c.account_id
),
-- Keys that were there in the window (exposed) or may have been (doubtful), whoever's account holds them.
old_keys AS (
    SELECT key_sha256, COUNT(CASE WHEN uploaded_before THEN 1 END) > 0 AS is_exposed
    FROM located
    WHERE key_sha256 IS NOT NULL AND NOT uploaded_after AND NOT is_outside AND scope <> 'no'
    GROUP BY key_sha256
),
-- Accounts that have a certificate not surely new, and whether the key of one of those is unknown.
old_accounts AS (
    SELECT account_id, COUNT(CASE WHEN key_sha256 IS NULL THEN 1 END) > 0 AS has_unknown_key
    FROM located
    WHERE account_id IS NOT NULL AND NOT uploaded_after
    GROUP BY account_id
),
replacements AS (
    SELECT DISTINCT c.subject_id AS certificate_id
    FROM staging_changes AS c
    WHERE c.kind = 'certificate' AND c.is_certain AND NOT c.is_of_other_account
),
providers AS (
    SELECT COUNT(CASE WHEN kind IN ('customer', 'vendor') THEN 1 END) = 2 AS both_affected
    FROM param_kind
    WHERE subject = 'certificate' AND handling = 'affected'
),
facts AS (
    SELECT
        l.*,
        COALESCE(l.provided_by, 'customer') = 'unknown' AS provider_empty,
        p.kind IS NOT NULL AS provider_affected,
        b.both_affected,
        COALESCE(k.is_exposed, FALSE) AS key_exposed,
        k.key_sha256 IS NOT NULL AS key_maybe_exposed,
        o.account_id IS NOT NULL AND (l.key_sha256 IS NULL OR o.has_unknown_key) AS key_not_comparable,
        r.certificate_id IS NOT NULL AS has_replacement
    FROM located AS l
    CROSS JOIN providers AS b
    LEFT JOIN param_kind AS p
        ON p.subject = 'certificate' AND p.handling = 'affected' AND p.kind = COALESCE(l.provided_by, 'customer')
    LEFT JOIN old_keys AS k ON k.key_sha256 = l.key_sha256
    LEFT JOIN old_accounts AS o ON o.account_id = l.account_id
    LEFT JOIN replacements AS r ON r.certificate_id = l.certificate_id
),
tests AS (
    SELECT
        account_id,
        certificate_id,
        subject,
        not_after,
        not_after_latest,
        fingerprint_sha256,
        key_sha256,
        source,
        record,
        is_accessed,
        is_revoked AS revoked,
        COALESCE(COALESCE(not_after_latest, not_after) < as_of, FALSE) AS expired,
        uploaded_after AND key_exposed AND COALESCE(not_after >= as_of, FALSE) AND NOT maybe_revoked AS key_reused,
        uploaded_after AND key_maybe_exposed AS key_maybe_reused,
        uploaded_after AND key_not_comparable AS key_not_compared,
        uploaded_after AS uploaded_after_window,
        is_outside AS account_outside_window,
        scope = 'no' AS product_not_affected,
        NOT provider_empty AND NOT provider_affected AS provider_not_affected,
        uploaded_empty AS uploaded_unknown,
        NOT uploaded_empty AND NOT uploaded_before AND NOT uploaded_after AS uploaded_on_edge,
        end_doubt AS account_on_edge,
        scope = 'unknown' AS product_unknown,
        provider_empty AND NOT both_affected AS provider_unknown,
        maybe_revoked AND NOT is_revoked AS revoked_on_edge,
        not_after IS NULL OR not_after < as_of AS validity_unknown,
        is_replaced OR has_replacement AS replaced_not_revoked,
        TRUE AS valid_exposed
    FROM facts
),
verdicts AS (
    SELECT
        t.*,
        CASE
            WHEN revoked THEN 'REVOKED'
            WHEN expired THEN 'EXPIRED'
            WHEN key_reused THEN 'KEY_REUSED'
            WHEN key_maybe_reused THEN 'KEY_MAYBE_REUSED'
            WHEN key_not_compared THEN 'KEY_NOT_COMPARED'
            WHEN uploaded_after_window THEN 'UPLOADED_AFTER_WINDOW'
            WHEN account_outside_window THEN 'ACCOUNT_OUTSIDE_WINDOW'
            WHEN product_not_affected THEN 'PRODUCT_NOT_AFFECTED'
            WHEN provider_not_affected THEN 'PROVIDER_NOT_AFFECTED'
            WHEN uploaded_unknown THEN 'UPLOADED_UNKNOWN'
            WHEN uploaded_on_edge THEN 'UPLOADED_ON_EDGE'
            WHEN account_on_edge THEN 'ACCOUNT_ON_EDGE'
            WHEN product_unknown THEN 'PRODUCT_UNKNOWN'
            WHEN provider_unknown THEN 'PROVIDER_UNKNOWN'
            WHEN revoked_on_edge THEN 'REVOKED_ON_EDGE'
            WHEN validity_unknown THEN 'VALIDITY_UNKNOWN'
            WHEN replaced_not_revoked THEN 'REPLACED_NOT_REVOKED'
            WHEN valid_exposed THEN 'VALID_EXPOSED'
            ELSE 'RULE_GAP'
        END AS reason
    FROM tests AS t
),
states AS (
    SELECT
        v.*,
        CASE
            WHEN reason IN (
                'REVOKED', 'EXPIRED', 'UPLOADED_AFTER_WINDOW', 'ACCOUNT_OUTSIDE_WINDOW', 'PRODUCT_NOT_AFFECTED',
                'PROVIDER_NOT_AFFECTED'
            ) THEN 'clear'
            WHEN reason IN ('KEY_REUSED', 'REPLACED_NOT_REVOKED', 'VALID_EXPOSED') THEN 'must_act'
            ELSE 'undetermined'
        END AS state
    FROM verdicts AS v
)
SELECT
    account_id,
    certificate_id,
    subject,
    state,
    reason,
    CASE
        WHEN state = 'clear' THEN 'none'
        WHEN reason = 'REPLACED_NOT_REVOKED' THEN 'revoke_certificate'
        ELSE 'replace_certificate'
    END AS action,
    CASE WHEN is_accessed THEN 'accessed' ELSE 'precaution' END AS basis,
    not_after,
    not_after_latest,
    fingerprint_sha256,
    key_sha256,
    source,
    record
FROM states
ORDER BY account_id NULLS FIRST, certificate_id NULLS FIRST
