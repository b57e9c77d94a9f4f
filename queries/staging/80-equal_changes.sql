-- Looked for among those that agree in whom they concern and when: a narrow grouping of the whole table, a wide one of few
-- rows.
WITH suspects AS (
    SELECT
        COALESCE(user_id, subject_id, '') AS concerned,
        COALESCE(changed_at, TIMESTAMP '1970-01-01 00:00:00') AS changed_at
    FROM store_credential_changes
    GROUP BY COALESCE(user_id, subject_id, ''), COALESCE(changed_at, TIMESTAMP '1970-01-01 00:00:00')
    HAVING COUNT(*) > 1
),
numbered AS (
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
    JOIN suspects AS s
        ON s.concerned = COALESCE(r.user_id, r.subject_id, '')
        AND s.changed_at = COALESCE(r.changed_at, TIMESTAMP '1970-01-01 00:00:00')
)
SELECT subject, source, record
FROM numbered
WHERE place > 1
