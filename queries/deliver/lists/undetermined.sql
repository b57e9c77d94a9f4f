WITH settled AS (
    SELECT
        COALESCE(p.settles, '') AS settles,
        d.query,
        d.reason,
        p.words,
        d.subject,
        d.account_id,
        d.subject_id
    FROM deliver_doubts AS d
    LEFT JOIN param_reason AS p ON p.query = d.query AND p.reason = d.reason
),
sizes AS (
    SELECT settles, COUNT(*) AS settles_subjects
    FROM settled
    GROUP BY settles
)
SELECT s.settles, z.settles_subjects, s.query, s.reason, s.words, s.subject, s.account_id, s.subject_id
FROM settled AS s
JOIN sizes AS z ON z.settles = s.settles
