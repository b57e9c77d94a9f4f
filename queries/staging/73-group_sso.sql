WITH needed AS (
    SELECT
        g.group_number, g.account_id, g.role, g.account_sign_ins_known, g.account_sign_ins, g.account_only_sign_in, h.sign_in
    FROM staging_user_groups AS g
    JOIN staging_group_sign_ins AS h ON h.group_number = g.group_number
    WHERE g.account_id IS NOT NULL AND g.sign_ins_known AND h.is_needed
),
-- How far each row of the account applies to each sign-in: as far as product, population and time do.
compared AS (
    SELECT
        n.group_number,
        n.sign_in,
        r.says,
        CASE WHEN r.population IN ('agent', 'end_user') THEN 1 ELSE 0 END AS rank_of_row,
        LEAST(
            CASE
                WHEN p.sign_in IS NOT NULL AND r.product <> 'unknown' THEN 2
                WHEN r.product = 'unknown' OR (r.product IS NOT NULL AND k.product IS NULL) THEN 1
                WHEN r.product IS NOT NULL THEN 0
                WHEN n.account_only_sign_in = n.sign_in THEN 2
                WHEN n.account_sign_ins_known AND n.account_sign_ins <= 1 THEN 0
                ELSE 1
            END,
            CASE
                WHEN r.population IN ('all', n.role) AND r.population <> 'unknown' THEN 2
                WHEN n.role = 'unknown' OR r.population = 'unknown' THEN 1
                ELSE 0
            END,
            r.in_force
        ) AS applies
    FROM needed AS n
    JOIN staging_sso AS r ON r.account_id = n.account_id
    LEFT JOIN param_product AS k ON k.product = r.product
    LEFT JOIN param_sign_in AS p ON p.product = r.product AND p.sign_in = n.sign_in
),
-- What the rows say that may apply: those for the role, and all of them.
said AS (
    SELECT
        group_number,
        sign_in,
        MAX(CASE WHEN applies = 2 THEN rank_of_row END) AS highest_rank,
        MIN(CASE WHEN rank_of_row = 1 THEN says END) AS least_for_role,
        MAX(CASE WHEN rank_of_row = 1 THEN says END) AS greatest_for_role,
        MIN(says) AS least_of_all,
        MAX(says) AS greatest_of_all
    FROM compared
    WHERE applies > 0
    GROUP BY group_number, sign_in
),
per_sign_in AS (
    SELECT
        n.group_number,
        CASE
            WHEN s.sign_in IS NULL AND c.sso THEN 0
            WHEN s.highest_rank IS NULL THEN 1
            WHEN s.highest_rank = 1 AND s.least_for_role = s.greatest_for_role THEN s.least_for_role
            WHEN s.highest_rank = 0 AND s.least_of_all = s.greatest_of_all THEN s.least_of_all
            ELSE 1
        END AS sso
    FROM needed AS n
    CROSS JOIN staging_coverage AS c
    LEFT JOIN said AS s ON s.group_number = n.group_number AND s.sign_in = n.sign_in
)
SELECT group_number, MIN(sso) AS sso
FROM per_sign_in
GROUP BY group_number
ORDER BY group_number NULLS FIRST
