-- Looked for among those that agree in little: a narrow grouping of the whole table, a wide one of few rows.
WITH suspect_times AS (
    SELECT COALESCE(changed_at, TIMESTAMP '1970-01-01 00:00:00') AS changed_at
    FROM store_credential_changes
    GROUP BY COALESCE(changed_at, TIMESTAMP '1970-01-01 00:00:00')
    HAVING COUNT(*) > 1
),
suspect_changes AS (
    SELECT COALESCE(r.user_id, '') AS user_id, s.changed_at
    FROM store_credential_changes AS r
    JOIN suspect_times AS s ON s.changed_at = COALESCE(r.changed_at, TIMESTAMP '1970-01-01 00:00:00')
    GROUP BY COALESCE(r.user_id, ''), s.changed_at
    HAVING COUNT(*) > 1
),
numbered_changes AS (
    SELECT
        COALESCE(r.subject_id, r.user_id) AS subject,
        r.source,
        r.record,
        ROW_NUMBER() OVER (
            PARTITION BY
                r.account_id, r.user_id, r.product, r.kind, r.kind_raw, r.subject_id, r.changed_at,
                r.changed_at_latest, r.effect, r.effect_raw, r.actor, r.event_id
            ORDER BY r.source NULLS FIRST, r.record NULLS FIRST
        ) AS place
    FROM store_credential_changes AS r
    JOIN suspect_changes AS s
        ON s.user_id = COALESCE(r.user_id, '')
        AND s.changed_at = COALESCE(r.changed_at, TIMESTAMP '1970-01-01 00:00:00')
)
SELECT subject, source, record
FROM numbered_changes
WHERE place > 1
