-- The rules of zendesk-2016 over the facts.

-- The tests of each query in their order: the first that holds decides. Those that can never hold here are left out:
-- the window has no beginning, and the coverages hold that the profile asks for.
CREATE TYPE query AS ENUM (
    'account_exposure', 'api_clients', 'app_credentials', 'certificates', 'data_subjects', 'user_passwords'
);
CREATE TYPE verdict AS ENUM (
    'accessed', 'exposed', 'not_exposed', 'must_act', 'undetermined', 'clear', 'read', 'not_read'
);
CREATE TEMP TABLE tests AS
SELECT query::query AS query, test::UTINYINT AS test, reason, verdict::verdict AS verdict
FROM (VALUES
    ('account_exposure', 1, 'AUTHENTICATION_ACCESSED', 'accessed'),
    ('account_exposure', 2, 'DATA_ACCESSED', 'accessed'),
    ('account_exposure', 3, 'PRODUCT_NOT_AFFECTED', 'not_exposed'),
    ('account_exposure', 6, 'CHILD_OLDER_THAN_ACCOUNT', 'undetermined'),
    ('account_exposure', 7, 'CREATED_AFTER_WINDOW', 'not_exposed'),
    ('account_exposure', 9, 'CREATED_UNKNOWN', 'undetermined'),
    ('account_exposure', 10, 'CREATED_ON_EDGE', 'undetermined'),
    ('account_exposure', 11, 'PRODUCT_UNKNOWN', 'undetermined'),
    ('account_exposure', 12, 'EXISTED_IN_WINDOW', 'exposed'),
    ('user_passwords', 1, 'CREATED_AFTER_WINDOW', 'clear'),
    ('user_passwords', 2, 'ACCOUNT_OUTSIDE_WINDOW', 'clear'),
    ('user_passwords', 3, 'USER_DELETED', 'clear'),
    ('user_passwords', 4, 'NOT_IN_POPULATION', 'clear'),
    ('user_passwords', 5, 'NO_PASSWORD', 'clear'),
    ('user_passwords', 6, 'SSO_ENFORCED', 'clear'),
    ('user_passwords', 7, 'PASSWORD_ROTATED', 'clear'),
    ('user_passwords', 8, 'CREATED_UNKNOWN', 'undetermined'),
    ('user_passwords', 9, 'CREATED_ON_EDGE', 'undetermined'),
    ('user_passwords', 11, 'DELETED_ON_EDGE', 'undetermined'),
    ('user_passwords', 12, 'ACCOUNT_UNKNOWN', 'undetermined'),
    ('user_passwords', 13, 'ROLE_UNKNOWN', 'undetermined'),
    ('user_passwords', 14, 'ACTIVE_UNKNOWN', 'undetermined'),
    ('user_passwords', 15, 'PRODUCT_UNKNOWN', 'undetermined'),
    ('user_passwords', 16, 'SSO_UNPROVEN', 'undetermined'),
    ('user_passwords', 17, 'CHANGE_ON_EDGE', 'undetermined'),
    ('user_passwords', 19, 'NOT_ROTATED', 'must_act'),
    ('app_credentials', 1, 'INSTALLED_AFTER_WINDOW', 'clear'),
    ('app_credentials', 2, 'ACCOUNT_OUTSIDE_WINDOW', 'clear'),
    ('app_credentials', 3, 'PRODUCT_NOT_AFFECTED', 'clear'),
    ('app_credentials', 5, 'NO_CREDENTIALS', 'clear'),
    ('app_credentials', 6, 'CREDENTIALS_ROTATED', 'clear'),
    ('app_credentials', 7, 'INSTALLED_UNKNOWN', 'undetermined'),
    ('app_credentials', 8, 'INSTALLED_ON_EDGE', 'undetermined'),
    ('app_credentials', 10, 'PRODUCT_UNKNOWN', 'undetermined'),
    ('app_credentials', 12, 'CREDENTIALS_UNKNOWN', 'undetermined'),
    ('app_credentials', 13, 'ROTATION_ON_EDGE', 'undetermined'),
    ('app_credentials', 15, 'REMOVED_NOT_ROTATED', 'must_act'),
    ('app_credentials', 16, 'NOT_ROTATED', 'must_act'),
    ('certificates', 1, 'REVOKED', 'clear'),
    ('certificates', 2, 'EXPIRED', 'clear'),
    ('certificates', 3, 'KEY_REUSED', 'must_act'),
    ('certificates', 4, 'KEY_MAYBE_REUSED', 'undetermined'),
    ('certificates', 5, 'KEY_NOT_COMPARED', 'undetermined'),
    ('certificates', 6, 'UPLOADED_AFTER_WINDOW', 'clear'),
    ('certificates', 7, 'ACCOUNT_OUTSIDE_WINDOW', 'clear'),
    ('certificates', 8, 'PRODUCT_NOT_AFFECTED', 'clear'),
    ('certificates', 9, 'PROVIDER_NOT_AFFECTED', 'clear'),
    ('certificates', 10, 'UPLOADED_UNKNOWN', 'undetermined'),
    ('certificates', 11, 'UPLOADED_ON_EDGE', 'undetermined'),
    ('certificates', 13, 'PRODUCT_UNKNOWN', 'undetermined'),
    ('certificates', 14, 'PROVIDER_UNKNOWN', 'undetermined'),
    ('certificates', 15, 'REVOKED_ON_EDGE', 'undetermined'),
    ('certificates', 16, 'VALIDITY_UNKNOWN', 'undetermined'),
    ('certificates', 17, 'REPLACED_NOT_REVOKED', 'must_act'),
    ('certificates', 18, 'VALID_EXPOSED', 'must_act'),
    ('api_clients', 1, 'CLIENT_REVOKED', 'clear'),
    ('api_clients', 2, 'KIND_UNKNOWN', 'undetermined'),
    ('api_clients', 3, 'EXEMPT_KIND', 'clear'),
    ('api_clients', 4, 'USER_UNKNOWN', 'undetermined'),
    ('api_clients', 5, 'USER_NEEDS_NO_ROTATION', 'clear'),
    ('api_clients', 6, 'REVOKED_ON_EDGE', 'undetermined'),
    ('api_clients', 7, 'USER_UNDETERMINED', 'undetermined'),
    ('api_clients', 8, 'PASSWORD_ROTATES', 'must_act'),
    ('api_clients', 9, 'CREATED_AFTER_WINDOW', 'clear'),
    ('api_clients', 10, 'ACCOUNT_OUTSIDE_WINDOW', 'clear'),
    ('api_clients', 11, 'PRODUCT_NOT_AFFECTED', 'clear'),
    ('api_clients', 12, 'TOKEN_NOT_AFFECTED', 'clear'),
    ('data_subjects', 1, 'CREATED_AFTER_WINDOW', 'not_read'),
    ('data_subjects', 3, 'ACCOUNT_DATA_READ', 'read'),
    ('data_subjects', 4, 'ACCOUNT_PARTLY_READ', 'undetermined'),
    ('data_subjects', 6, 'ACCOUNT_OUTSIDE_WINDOW', 'not_read'),
    ('data_subjects', 7, 'PRODUCT_NOT_AFFECTED', 'not_read'),
    ('data_subjects', 8, 'ACCOUNT_NOT_READ', 'not_read')
) AS t (query, test, reason, verdict);

-- Words as enumerations: a byte a row in the tables, and ready-made dictionaries in Parquet. In the order of bytes.
CREATE TYPE reason AS ENUM (SELECT DISTINCT reason FROM tests ORDER BY reason);
ALTER TABLE tests ALTER reason TYPE reason;
CREATE TYPE answer AS ENUM ('no', 'unknown', 'yes');
CREATE TYPE basis AS ENUM ('accessed', 'precaution');
CREATE TYPE window_side AS ENUM ('inside', 'outside', 'undetermined');
CREATE TYPE access AS ENUM ('authentication', 'data', 'none');
CREATE TYPE action AS ENUM (
    'consider_rotation', 'none', 'reconnect', 'replace_certificate', 'revoke_certificate', 'revoke_credential',
    'rotate_credential', 'rotate_password'
);
CREATE TYPE cohort AS ENUM (
    'authentication_accessed', 'data_accessed', 'informed', 'not_exposed', 'own_action', 'precaution', 'undetermined'
);
CREATE TYPE contact_kind AS ENUM ('none', 'owner', 'security');
CREATE TYPE rotation_status AS ENUM ('complete', 'not_needed', 'outstanding', 'undetermined');
CREATE TYPE sso_use AS ENUM ('all', 'none', 'none_in_population', 'some', 'unknown');
CREATE TYPE tls_validity AS ENUM ('expired_or_revoked', 'none', 'undetermined', 'valid');

-- A set of reasons as bits.
CREATE TEMP MACRO bit_of(code) AS 1::UBIGINT << enum_code(code::reason)::UBIGINT;
CREATE TEMP MACRO answer_of(truth) AS
    CASE WHEN truth THEN 'yes'::answer WHEN NOT truth THEN 'no'::answer ELSE 'unknown'::answer END;
CREATE TEMP MACRO basis_of(is_accessed) AS CASE WHEN is_accessed THEN 'accessed'::basis ELSE 'precaution'::basis END;

-- Changes of secrets that may have happened after the window, one row a secret and account that was told with it.
-- Rows that say nothing stay as ones of no kind where their account is not listed: they name it.
CREATE TEMP TABLE rotations AS
WITH changes AS (
    SELECT
        account_id, product, changed_at,
        CASE
            WHEN kind = 'password'::secret_kind THEN user_id
            WHEN kind IN ('app_credential'::secret_kind, 'certificate'::secret_kind) THEN subject_id
        END AS secret,
        CASE
            WHEN effect = 'requested'::change_effect OR changed_at > as_of() OR changed_at_latest < until_lo() THEN NULL
            ELSE kind
        END AS kind,
        effect IN ('replaced'::change_effect, 'invalidated'::change_effect)
            AND surely_rotated(changed_at, changed_at_latest) AS is_sure,
        account_id NOT IN (SELECT account_id FROM account_facts) AS is_unlisted
    FROM credential_changes
)
SELECT
    CASE WHEN secret IS NOT NULL THEN kind END AS kind,
    secret, account_id, is_unlisted,
    min(CASE WHEN is_sure THEN changed_at END) AS rotated_at,
    -- 8: by a change that names no product.
    bit_or(CASE WHEN is_sure THEN coalesce(sign_ins_of(product), 8) END::UTINYINT) AS proves
FROM changes
WHERE (kind IS NOT NULL AND secret IS NOT NULL) OR is_unlisted
GROUP BY ALL;

CREATE TEMP TABLE product_sets AS
WITH sets AS (SELECT DISTINCT products FROM account_facts),
items AS (SELECT products, word(unnest(string_split(products, ';'))) AS product FROM sets)
SELECT
    products,
    bit_or(sign_ins_of(product)) AS sign_ins,
    -- Each sign-in has an affected product, so who has one is in reach.
    CASE
        WHEN bit_or(sign_ins_of(product)) & 3 <> 0 THEN TRUE WHEN bit_or(sign_ins_of(product)) = 0 THEN FALSE
    END AS scope
FROM items
WHERE product <> ''
GROUP BY products;

-- Single sign-on by account, for each role and sign-in that somebody may need; FALSE where no row may apply.
CREATE TEMP MACRO settled(sso, is_asked) AS
    CASE WHEN count_if(is_asked) = 0 THEN FALSE ELSE bool_or(CASE WHEN is_asked THEN sso END) END;
CREATE TEMP TABLE account_sso AS
WITH asked AS (
    FROM (VALUES ('agent', 1), ('agent', 2), ('end_user', 1), ('unknown', 1), ('unknown', 2)) AS t (role, sign_in)
),
compared AS (
    SELECT
        r.account_id, q.role, q.sign_in, r.says,
        r.population IN ('agent'::population, 'end_user'::population) AS is_of_role,
        CASE
            WHEN r.sign_ins & q.sign_in <> 0 THEN TRUE
            WHEN r.sign_ins < 4 THEN FALSE
            WHEN r.sign_ins = 4 THEN NULL
            WHEN p.sign_ins = q.sign_in THEN TRUE
            WHEN p.sign_ins < 3 THEN FALSE
        END
        AND CASE
            WHEN r.population = 'all'::population THEN TRUE
            WHEN r.population <> 'unknown'::population AND q.role <> 'unknown' THEN r.population::VARCHAR = q.role
        END
        AND r.in_force AS applies
    FROM sso_facts AS r
    LEFT JOIN account_facts AS a ON a.account_id = r.account_id
    LEFT JOIN product_sets AS p ON p.products = a.products
    CROSS JOIN asked AS q
),
counted AS (
    SELECT
        account_id, role, sign_in,
        bool_or(applies AND is_of_role) AS of_role_applies,
        bool_or(applies) AS one_applies,
        count(*) AS all_rows,
        count(*) FILTER (says) AS say_yes,
        count(*) FILTER (NOT says) AS say_no,
        count(*) FILTER (is_of_role) AS rows_of_role,
        count(*) FILTER (is_of_role AND says) AS of_role_say_yes,
        count(*) FILTER (is_of_role AND NOT says) AS of_role_say_no
    FROM compared
    WHERE applies IS NOT FALSE
    GROUP BY ALL
),
said AS (
    SELECT
        account_id, role, sign_in,
        CASE
            WHEN of_role_applies
            THEN CASE WHEN of_role_say_yes = rows_of_role THEN TRUE WHEN of_role_say_no = rows_of_role THEN FALSE END
            WHEN one_applies
            THEN CASE WHEN say_yes = all_rows THEN TRUE WHEN say_no = all_rows THEN FALSE END
        END AS sso
    FROM counted
)
SELECT
    account_id,
    settled(sso, role = 'agent' AND sign_in = 1) AS agent_support,
    settled(sso, role = 'agent' AND sign_in = 2) AS agent_chat,
    settled(sso, role = 'end_user' AND sign_in = 1) AS end_user_support,
    settled(sso, role = 'unknown' AND sign_in = 1) AS unknown_support,
    settled(sso, role = 'unknown' AND sign_in = 2) AS unknown_chat
FROM said
GROUP BY account_id;

CREATE TEMP TABLE account_access AS
WITH classes AS (
    FROM (VALUES
        ('user_data', 'E-mail addresses, names, phone numbers of agents and end users', TRUE, FALSE),
        ('password_hashes', 'Passwords of agents and end users, salted and hashed', TRUE, FALSE),
        ('app_settings', 'Configuration settings of installed apps, integration keys included', FALSE, TRUE),
        ('tls_keys', 'TLS keys that the customer provided', FALSE, TRUE)
    ) AS t (data_class, title, is_personal, opens_other_doors)
),
accesses AS (
    SELECT DISTINCT
        a.account_id, a.data_class, a.extent, replace(coalesce(c.title, a.data_class), ';', ',') AS title,
        c.opens_other_doors,
        coalesce(c.is_personal, FALSE) AS is_personal,
        coalesce(c.is_personal, TRUE) AS maybe_personal
    FROM access_facts AS a
    LEFT JOIN classes AS c ON c.data_class = a.data_class
    WHERE a.is_later IS NOT TRUE
)
SELECT
    account_id,
    coalesce(bool_or(opens_other_doors), FALSE) AS opens_other_doors,
    bool_or(is_personal AND coalesce(extent = 'all'::extent, FALSE)) AS all_personal,
    bool_or(maybe_personal) AS maybe_personal,
    string_agg(DISTINCT data_class, ';' ORDER BY data_class) AS access_classes,
    string_agg(DISTINCT data_class, ';' ORDER BY data_class) FILTER (maybe_personal) AS subject_classes,
    string_agg(DISTINCT title, ';' ORDER BY title) AS titles
FROM accesses
GROUP BY account_id;

-- Every account that any row names, whether users, apps, certificates or activation of it are older than the edge.
CREATE TEMP TABLE named_accounts AS
WITH named AS (
    SELECT account_id, activated_before AS is_before FROM account_facts
    UNION ALL
    SELECT account_id, created = 'before'::side FROM user_facts
    UNION ALL
    SELECT account_id, installed = 'before'::side FROM installation_facts
    UNION ALL
    SELECT account_id, uploaded = 'before'::side FROM certificate_facts
    UNION ALL
    SELECT account_id, FALSE FROM client_facts
    UNION ALL
    SELECT account_id, FALSE FROM sso_facts
    UNION ALL
    SELECT account_id, FALSE FROM access_facts
    UNION ALL
    SELECT account_id, FALSE FROM rotations WHERE is_unlisted
)
SELECT account_id, coalesce(bool_or(is_before), FALSE) AS child_before
FROM named
GROUP BY account_id;

-- Accounts, decided and numbered in their order: what follows is joined and sorted by number.
CREATE TEMP TABLE decided_accounts AS
WITH numbered AS (
    SELECT account_id, child_before, (row_number() OVER (ORDER BY account_id))::INTEGER AS account_no
    FROM named_accounts
),
facts AS (
    SELECT
        n.account_no, n.account_id, n.child_before, a.customer_id, a.name, a.created,
        a.account_id IS NOT NULL AS listed,
        coalesce(p.sign_ins, 4)::UTINYINT AS sign_ins,
        p.scope,
        x.account_id IS NOT NULL AS is_accessed,
        coalesce(x.opens_other_doors, FALSE) AS opens_other_doors,
        coalesce(x.all_personal, FALSE) AS all_personal,
        coalesce(x.maybe_personal, FALSE) AS maybe_personal,
        x.access_classes, x.subject_classes, x.titles,
        s.account_id IS NOT NULL AS has_sso, s.* EXCLUDE (account_id)
    FROM numbered AS n
    LEFT JOIN account_facts AS a ON a.account_id = n.account_id
    LEFT JOIN product_sets AS p ON p.products = a.products
    LEFT JOIN account_access AS x ON x.account_id = n.account_id
    LEFT JOIN account_sso AS s ON s.account_id = n.account_id
),
windows AS (
    SELECT
        *,
        CASE
            WHEN is_accessed THEN 12
            WHEN created = 'after'::side AND child_before THEN 6
            WHEN created = 'after'::side THEN 7
            WHEN created IS NULL AND NOT child_before THEN 9
            WHEN created = 'edge'::side AND NOT child_before THEN 10
            ELSE 12
        END AS window_test
    FROM facts
)
SELECT
    * EXCLUDE (scope, window_test, opens_other_doors, child_before, created),
    CASE
        WHEN opens_other_doors THEN 1
        WHEN is_accessed THEN 2
        WHEN NOT scope THEN 3
        WHEN window_test < 12 THEN window_test
        WHEN scope IS NULL THEN 11
        ELSE 12
    END::UTINYINT AS test,
    CASE window_test
        WHEN 7 THEN 'outside'::window_side WHEN 12 THEN 'inside'::window_side ELSE 'undetermined'::window_side
    END AS window_side,
    window_test = 7 AS is_outside,
    CASE
        WHEN opens_other_doors THEN 'authentication'::access WHEN is_accessed THEN 'data'::access ELSE 'none'::access
    END AS access,
    is_accessed OR scope AS scope
FROM windows;

-- Users, sorted as both of their verdicts are.
CREATE TEMP TABLE decided_users AS
WITH password_rotations AS (
    SELECT secret AS user_id, account_id, rotated_at, proves FROM rotations WHERE kind = 'password'::secret_kind
),
joined AS (
    SELECT
        u.* EXCLUDE (sign_ins, rotated_at, rotated_at_latest, maybe_rotated),
        a.account_no, a.listed, a.is_outside, a.is_accessed, a.scope, a.all_personal, a.maybe_personal,
        a.subject_classes, a.has_sso,
        CASE WHEN u.role = 'agent'::role THEN TRUE WHEN u.role = 'end_user'::role THEN FALSE END AS is_agent,
        -- Product unsaid: all sign-ins of its account.
        coalesce(u.sign_ins, a.sign_ins) AS held,
        u.sign_ins IS NOT NULL OR a.sign_ins IN (1, 2) AS unnamed_proves,
        coalesce(r.proves, 0) | coalesce(n.proves, 0) | CASE WHEN u.rotated_at IS NULL THEN 0 ELSE 8 END AS proves,
        u.maybe_rotated OR r.user_id IS NOT NULL OR n.user_id IS NOT NULL AS maybe_rotated,
        least(r.rotated_at, n.rotated_at) AS change_rotated_at,
        u.rotated_at AS cell_rotated_at,
        u.rotated_at_latest AS cell_rotated_at_latest,
        CASE
            WHEN u.role = 'agent'::role THEN a.agent_support
            WHEN u.role = 'end_user'::role THEN a.end_user_support
            ELSE a.unknown_support
        END AS support_sso,
        CASE WHEN u.role = 'agent'::role THEN a.agent_chat ELSE a.unknown_chat END AS chat_sso
    FROM user_facts AS u
    JOIN decided_accounts AS a ON a.account_id = u.account_id
    LEFT JOIN password_rotations AS r ON r.user_id = u.user_id AND r.account_id = u.account_id
    LEFT JOIN password_rotations AS n ON n.user_id = u.user_id AND n.account_id IS NULL
),
needs AS (
    SELECT
        *,
        -- Agents must rotate both, end users that of support only.
        CASE WHEN NOT is_agent THEN held & 1 ELSE held & 3 END AS needed,
        CASE WHEN held & 3 <> 0 THEN TRUE WHEN held < 4 THEN FALSE END AS signs_in,
        CASE WHEN held & 1 <> 0 THEN TRUE WHEN held < 4 THEN FALSE END AS signs_in_to_support,
        proves | CASE WHEN proves & 8 <> 0 AND unnamed_proves THEN held ELSE 0 END AS proven
    FROM joined
),
answers AS (
    SELECT
        *,
        (is_agent AND signs_in AND active) OR (NOT is_agent AND signs_in_to_support) AS member,
        CASE
            WHEN sso_only THEN TRUE
            WHEN held >= 4 OR needed = 0 THEN NULL
            WHEN NOT has_sso THEN FALSE
            ELSE (needed & 1 = 0 OR support_sso) AND (needed & 2 = 0 OR chat_sso)
        END AS sso,
        held < 4 AND needed <> 0 AND needed & ~proven = 0 AS is_rotated
    FROM needs
),
decided AS (
    SELECT
        *,
        CASE
            WHEN created = 'after'::side THEN 1
            WHEN is_outside THEN 2
            WHEN deleted = 'done'::ending THEN 3
            WHEN NOT member THEN 4
            WHEN NOT has_password THEN 5
            WHEN sso THEN 6
            WHEN is_rotated THEN 7
            WHEN created IS NULL THEN 8
            WHEN created = 'edge'::side THEN 9
            WHEN deleted = 'pending'::ending THEN 11
            WHEN member IS NULL AND NOT listed THEN 12
            WHEN member IS NULL AND is_agent IS NULL THEN 13
            WHEN member IS NULL AND is_agent AND signs_in THEN 14
            WHEN member IS NULL THEN 15
            WHEN sso IS NULL THEN 16
            WHEN maybe_rotated THEN 17
            ELSE 19
        END::UTINYINT AS password_test,
        CASE
            WHEN created = 'after'::side THEN 1
            WHEN all_personal AND created = 'before'::side THEN 3
            WHEN maybe_personal THEN 4
            WHEN is_outside THEN 6
            WHEN NOT scope THEN 7
            ELSE 8
        END::UTINYINT AS subject_test
    FROM answers
)
SELECT
    d.account_no, d.account_id, d.user_id, d.role, d.country, d.member, d.sso, d.is_accessed,
    d.deleted IS NOT DISTINCT FROM 'done'::ending AS is_deleted,
    p.verdict AS password_verdict, p.reason AS password_reason,
    CASE WHEN d.is_rotated THEN least(d.change_rotated_at, d.cell_rotated_at) END AS rotated_at,
    CASE
        WHEN d.is_rotated AND (d.change_rotated_at <= d.cell_rotated_at) IS NOT TRUE THEN d.cell_rotated_at_latest
    END AS rotated_at_latest,
    s.verdict AS subject_verdict, s.reason AS subject_reason, d.subject_classes,
    -- Only lists show these, and few users are on them.
    CASE WHEN p.verdict <> 'clear'::verdict OR s.verdict <> 'not_read'::verdict THEN d.email END AS email,
    CASE WHEN s.verdict <> 'not_read'::verdict THEN d.name END AS name,
    CASE WHEN s.verdict <> 'not_read'::verdict THEN d.locale END AS locale
FROM decided AS d
JOIN tests AS p ON p.query = 'user_passwords' AND p.test = d.password_test
JOIN tests AS s ON s.query = 'data_subjects' AND s.test = d.subject_test
ORDER BY d.account_no, d.user_id;

-- Few lists of names occur, so each is taken apart once.
CREATE TEMP TABLE name_lists AS
SELECT
    credential_names AS written,
    array_to_string(list_sort(list_distinct(list_filter(
        list_transform(string_split(credential_names, ';'), lambda name: trim(name)), lambda name: name <> ''
    ))), ';') AS names
FROM (SELECT DISTINCT credential_names FROM installation_facts);

CREATE TEMP TABLE decided_installations AS
WITH app_rotations AS (
    SELECT secret AS installation_id, account_id, rotated_at FROM rotations WHERE kind = 'app_credential'::secret_kind
),
joined AS (
    SELECT
        i.* EXCLUDE (credential_names, is_rotated, maybe_rotated),
        nullif(l.names, '') AS credential_names,
        i.removed IS NOT DISTINCT FROM 'done'::ending AS is_removed,
        a.account_no, a.is_accessed, a.is_outside, a.scope,
        i.is_rotated OR r.rotated_at IS NOT NULL OR n.rotated_at IS NOT NULL AS is_rotated,
        i.maybe_rotated OR r.installation_id IS NOT NULL OR n.installation_id IS NOT NULL AS maybe_rotated
    FROM installation_facts AS i
    JOIN decided_accounts AS a ON a.account_id = i.account_id
    LEFT JOIN name_lists AS l ON l.written = i.credential_names
    LEFT JOIN app_rotations AS r ON r.installation_id = i.installation_id AND r.account_id = i.account_id
    LEFT JOIN app_rotations AS n ON n.installation_id = i.installation_id AND n.account_id IS NULL
),
decided AS (
    SELECT
        *,
        CASE
            WHEN installed = 'after'::side THEN 1
            WHEN is_outside THEN 2
            WHEN NOT scope THEN 3
            WHEN NOT holds_credentials THEN 5
            WHEN is_rotated THEN 6
            WHEN installed IS NULL THEN 7
            WHEN installed = 'edge'::side THEN 8
            WHEN scope IS NULL THEN 10
            WHEN holds_credentials IS NULL THEN 12
            WHEN maybe_rotated THEN 13
            WHEN is_removed THEN 15
            ELSE 16
        END::UTINYINT AS test
    FROM joined
)
SELECT
    d.account_no, d.account_id, d.installation_id, d.app_name, d.kind, d.credential_names, d.is_accessed, d.is_removed,
    t.verdict, t.reason
FROM decided AS d
JOIN tests AS t ON t.query = 'app_credentials' AND t.test = d.test
ORDER BY d.account_no, d.installation_id;

CREATE TEMP TABLE decided_certificates AS
WITH joined AS (
    SELECT
        c.*, a.account_no, a.is_accessed, a.is_outside, a.scope, c.uploaded IS NOT DISTINCT FROM 'after'::side AS is_new
    FROM certificate_facts AS c
    JOIN decided_accounts AS a ON a.account_id = c.account_id
),
-- Keys that were there in the window or may have been, whoever's account holds them.
old_keys AS (
    SELECT key_sha256, coalesce(bool_or(uploaded = 'before'::side), FALSE) AS is_exposed
    FROM joined
    WHERE key_sha256 IS NOT NULL AND NOT is_new AND NOT is_outside AND scope IS NOT FALSE
    GROUP BY key_sha256
),
old_accounts AS (
    SELECT account_no, bool_or(key_sha256 IS NULL) AS has_unknown_key FROM joined WHERE NOT is_new GROUP BY account_no
),
replacements AS (
    SELECT DISTINCT c.certificate_id
    FROM certificate_facts AS c
    JOIN rotations AS r ON r.secret = c.certificate_id
    WHERE r.kind = 'certificate'::secret_kind
        AND r.rotated_at IS NOT NULL
        AND (r.account_id IS NULL OR r.account_id = c.account_id)
),
decided AS (
    SELECT
        c.*,
        CASE
            WHEN c.revoked = 'done'::ending THEN 1
            WHEN c.not_after_latest < as_of() THEN 2
            WHEN c.is_new AND k.is_exposed AND c.not_after >= as_of() AND c.revoked IS NULL THEN 3
            WHEN c.is_new AND k.key_sha256 IS NOT NULL THEN 4
            WHEN c.is_new AND (o.has_unknown_key OR (o.account_no IS NOT NULL AND c.key_sha256 IS NULL)) THEN 5
            WHEN c.is_new THEN 6
            WHEN c.is_outside THEN 7
            WHEN NOT c.scope THEN 8
            WHEN c.provided_by = 'vendor'::provider THEN 9
            WHEN c.uploaded IS NULL THEN 10
            WHEN c.uploaded = 'edge'::side THEN 11
            WHEN c.scope IS NULL THEN 13
            WHEN c.provided_by = 'unknown'::provider THEN 14
            WHEN c.revoked = 'pending'::ending THEN 15
            WHEN c.not_after IS NULL OR c.not_after < as_of() THEN 16
            WHEN c.replaced = 'done'::ending OR r.certificate_id IS NOT NULL THEN 17
            ELSE 18
        END::UTINYINT AS test
    FROM joined AS c
    LEFT JOIN old_keys AS k ON k.key_sha256 = c.key_sha256
    LEFT JOIN old_accounts AS o ON o.account_no = c.account_no
    LEFT JOIN replacements AS r ON r.certificate_id = c.certificate_id
)
SELECT
    d.account_no, d.account_id, d.certificate_id, d.subject, d.is_accessed, d.not_after, d.not_after_latest,
    d.fingerprint_sha256, d.key_sha256, t.verdict, t.reason
FROM decided AS d
JOIN tests AS t ON t.query = 'certificates' AND t.test = d.test
ORDER BY d.account_no, d.certificate_id;

-- Of the kinds of client the profile has passwords reconnected, calls rotating tokens worth considering, and exempts
-- tokens of chat; so changes of tokens decide nothing.
CREATE TEMP TABLE decided_clients AS
WITH decided AS (
    SELECT
        a.account_no, c.account_id, c.client_id, c.user_id, c.name, c.kind, a.is_accessed,
        CASE
            WHEN c.revoked = 'done'::ending THEN 1
            WHEN c.kind IS NULL OR c.kind = 'unknown'::client_kind THEN 2
            WHEN c.kind = 'chat_api_token'::client_kind THEN 3
            WHEN c.kind = 'basic_password'::client_kind AND u.user_id IS NULL THEN 4
            WHEN c.kind = 'basic_password'::client_kind AND u.password_verdict = 'clear'::verdict THEN 5
            WHEN c.kind = 'basic_password'::client_kind AND c.revoked = 'pending'::ending THEN 6
            WHEN c.kind = 'basic_password'::client_kind AND u.password_verdict = 'undetermined'::verdict THEN 7
            WHEN c.kind = 'basic_password'::client_kind THEN 8
            WHEN c.created = 'after'::side THEN 9
            WHEN a.is_outside THEN 10
            WHEN NOT a.scope THEN 11
            ELSE 12
        END::UTINYINT AS test
    FROM client_facts AS c
    JOIN decided_accounts AS a ON a.account_id = c.account_id
    LEFT JOIN decided_users AS u ON u.user_id = c.user_id
)
SELECT d.* EXCLUDE (test), t.verdict, t.reason
FROM decided AS d
JOIN tests AS t ON t.query = 'api_clients' AND t.test = d.test
ORDER BY d.account_no, d.client_id;

-- The four questions of the job, one row an account; bits say which reasons its subjects have that are not clear.
CREATE TEMP TABLE summaries AS
WITH users AS (
    SELECT
        account_no,
        count(*) FILTER (password_verdict = 'must_act'::verdict) AS must_act,
        count(*) FILTER (password_verdict = 'undetermined'::verdict) AS undetermined,
        count(*) FILTER (password_verdict = 'clear'::verdict) AS clear,
        bool_or(
            password_reason IN ('NO_PASSWORD'::reason, 'SSO_ENFORCED'::reason, 'PASSWORD_ROTATED'::reason)
        ) AS is_spared,
        count(*) FILTER (member AND NOT is_deleted) AS members,
        count(*) FILTER (member AND NOT is_deleted AND sso) AS with_sso,
        count(*) FILTER (member AND NOT is_deleted AND NOT sso) AS without_sso,
        count(*) FILTER (subject_verdict = 'read'::verdict) AS were_read,
        count(*) FILTER (subject_verdict = 'undetermined'::verdict) AS maybe_read,
        bit_or(CASE WHEN password_verdict <> 'clear'::verdict THEN bit_of(password_reason) END) AS reasons
    FROM decided_users
    GROUP BY account_no
),
apps AS (
    SELECT
        account_no,
        count(*) FILTER (verdict = 'must_act'::verdict) AS must_act,
        count(*) FILTER (verdict = 'undetermined'::verdict) AS undetermined,
        count(*) FILTER (verdict = 'clear'::verdict) AS clear,
        bool_or(verdict <> 'clear'::verdict AND is_removed) AS to_revoke,
        bool_or(verdict <> 'clear'::verdict AND NOT is_removed) AS to_rotate,
        bit_or(CASE WHEN verdict <> 'clear'::verdict THEN bit_of(reason) END) AS reasons
    FROM decided_installations
    GROUP BY account_no
),
tls AS (
    SELECT
        account_no,
        count(*) FILTER (verdict = 'must_act'::verdict) AS must_act,
        count(*) FILTER (verdict = 'undetermined'::verdict) AS undetermined,
        count(*) FILTER (verdict = 'clear'::verdict) AS clear,
        bool_or(reason IN ('REVOKED'::reason, 'EXPIRED'::reason)) AS has_ended,
        bool_or(reason = 'REPLACED_NOT_REVOKED'::reason) AS to_revoke,
        bool_or(verdict <> 'clear'::verdict AND reason <> 'REPLACED_NOT_REVOKED'::reason) AS to_replace,
        bit_or(CASE WHEN verdict <> 'clear'::verdict THEN bit_of(reason) END) AS reasons
    FROM decided_certificates
    GROUP BY account_no
),
clients AS (
    SELECT
        account_no,
        count(*) FILTER (verdict = 'must_act'::verdict) AS must_act,
        count(*) FILTER (verdict = 'undetermined'::verdict) AS undetermined,
        count(*) FILTER (verdict = 'clear'::verdict) AS clear,
        bit_or(CASE WHEN verdict <> 'clear'::verdict THEN bit_of(reason) END) AS reasons
    FROM decided_clients
    GROUP BY account_no
),
counts AS (
    SELECT
        a.account_no, a.account_id, a.customer_id, a.name, e.verdict AS exposure, e.reason, a.window_side, a.access,
        a.access_classes, a.titles, a.scope, a.listed,
        CASE
            WHEN u.must_act > 0 THEN 'outstanding'::rotation_status
            WHEN u.undetermined > 0 THEN 'undetermined'::rotation_status
            WHEN u.is_spared THEN 'complete'::rotation_status
            ELSE 'not_needed'::rotation_status
        END AS rotation_status,
        CASE
            WHEN u.with_sso > 0 AND u.without_sso > 0 THEN 'some'::sso_use
            WHEN coalesce(u.members, 0) = 0 THEN 'none_in_population'::sso_use
            WHEN u.with_sso = u.members THEN 'all'::sso_use
            WHEN u.without_sso = u.members THEN 'none'::sso_use
            ELSE 'unknown'::sso_use
        END AS sso_use,
        CASE
            WHEN t.must_act > 0 THEN 'valid'::tls_validity
            WHEN t.undetermined > 0 THEN 'undetermined'::tls_validity
            WHEN t.has_ended THEN 'expired_or_revoked'::tls_validity
            ELSE 'none'::tls_validity
        END AS tls_validity,
        coalesce(u.must_act, 0) AS users_must_act,
        coalesce(u.undetermined, 0) AS users_undetermined,
        coalesce(u.clear, 0) AS users_clear,
        coalesce(i.must_act, 0) AS apps_must_act,
        coalesce(i.undetermined, 0) AS apps_undetermined,
        coalesce(i.clear, 0) AS apps_clear,
        coalesce(t.must_act, 0) AS certificates_must_act,
        coalesce(t.undetermined, 0) AS certificates_undetermined,
        coalesce(t.clear, 0) AS certificates_clear,
        coalesce(c.must_act, 0) AS clients_must_act,
        coalesce(c.undetermined, 0) AS clients_undetermined,
        coalesce(c.clear, 0) AS clients_clear,
        coalesce(u.were_read, 0) AS subjects_read,
        coalesce(u.maybe_read, 0) AS subjects_undetermined,
        nullif(concat_ws(
            ';',
            CASE WHEN c.must_act > 0 OR c.undetermined > 0 THEN 'reconnect' END,
            CASE WHEN t.to_replace THEN 'replace_certificate' END,
            CASE WHEN t.to_revoke THEN 'revoke_certificate' END,
            CASE WHEN i.to_revoke THEN 'revoke_credential' END,
            CASE WHEN i.to_rotate THEN 'rotate_credential' END,
            CASE WHEN u.must_act > 0 OR u.undetermined > 0 THEN 'rotate_password' END
        ), '') AS actions,
        u.reasons AS password_reasons, i.reasons AS app_reasons, t.reasons AS certificate_reasons,
        c.reasons AS client_reasons
    FROM decided_accounts AS a
    JOIN tests AS e ON e.query = 'account_exposure' AND e.test = a.test
    LEFT JOIN users AS u ON u.account_no = a.account_no
    LEFT JOIN apps AS i ON i.account_no = a.account_no
    LEFT JOIN tls AS t ON t.account_no = a.account_no
    LEFT JOIN clients AS c ON c.account_no = a.account_no
)
SELECT
    *,
    CASE
        WHEN access = 'authentication'::access THEN 'authentication_accessed'::cohort
        WHEN access = 'data'::access THEN 'data_accessed'::cohort
        WHEN exposure = 'undetermined'::verdict THEN 'undetermined'::cohort
        WHEN exposure = 'exposed'::verdict AND actions IS NOT NULL THEN 'precaution'::cohort
        WHEN exposure = 'exposed'::verdict THEN 'informed'::cohort
        WHEN actions IS NOT NULL THEN 'own_action'::cohort
        ELSE 'not_exposed'::cohort
    END AS cohort
FROM counts
ORDER BY account_no;

-- Whom to tell, one row an account and contact; one address for both is the owner's.
CREATE TEMP TABLE told AS
WITH contacts AS (
    SELECT
        s.account_no, s.account_id, s.customer_id, s.cohort, a.locale, a.country, a.time_zone,
        unnest(CASE
            WHEN a.owner_email_key IS NULL AND a.security_email_key IS NULL
            THEN [{kind: 'none'::contact_kind, contact: NULL::VARCHAR, key: NULL::VARCHAR}]
            WHEN a.owner_email_key IS NULL
            THEN [{kind: 'security'::contact_kind, contact: a.security_email, key: a.security_email_key}]
            WHEN a.security_email_key IS NULL OR a.security_email_key = a.owner_email_key
            THEN [{kind: 'owner'::contact_kind, contact: a.owner_email, key: a.owner_email_key}]
            ELSE [
                {kind: 'owner'::contact_kind, contact: a.owner_email, key: a.owner_email_key},
                {kind: 'security'::contact_kind, contact: a.security_email, key: a.security_email_key}
            ]
        END) AS told
    FROM summaries AS s
    LEFT JOIN account_facts AS a ON a.account_id = s.account_id
    WHERE s.cohort <> 'not_exposed'::cohort
)
SELECT
    * EXCLUDE (told), told.kind AS contact_kind, told.contact,
    NOT coalesce(regexp_full_match(told.key, '[^@]+@[^@]+'), FALSE) AS unreachable
FROM contacts
ORDER BY account_no, contact_kind;

-- The verdicts in full. Each is one scan of a sorted table, which keeps the order; a join would not.
CREATE TEMP VIEW verdicts_account_exposure AS
SELECT
    account_id, exposure, reason, window_side AS "window", access, access_classes, answer_of(scope) AS scope,
    FALSE AS end_doubt, listed
FROM summaries;

CREATE TEMP VIEW verdicts_user_passwords AS
SELECT
    account_id, user_id, role, password_verdict AS state, password_reason AS reason,
    CASE WHEN password_verdict = 'clear'::verdict THEN 'none'::action ELSE 'rotate_password'::action END AS action,
    basis_of(is_accessed) AS basis, answer_of(member) AS member, answer_of(sso) AS sso, rotated_at, rotated_at_latest
FROM decided_users;

CREATE TEMP VIEW verdicts_app_credentials AS
SELECT
    account_id, installation_id, app_name, kind, verdict AS state, reason,
    CASE
        WHEN verdict = 'clear'::verdict THEN 'none'::action
        WHEN is_removed THEN 'revoke_credential'::action
        ELSE 'rotate_credential'::action
    END AS action,
    basis_of(is_accessed) AS basis, credential_names
FROM decided_installations;

CREATE TEMP VIEW verdicts_certificates AS
SELECT
    account_id, certificate_id, subject, verdict AS state, reason,
    CASE
        WHEN verdict = 'clear'::verdict THEN 'none'::action
        WHEN reason = 'REPLACED_NOT_REVOKED'::reason THEN 'revoke_certificate'::action
        ELSE 'replace_certificate'::action
    END AS action,
    basis_of(is_accessed) AS basis, not_after, nullif(not_after_latest, not_after) AS not_after_latest,
    fingerprint_sha256, key_sha256
FROM decided_certificates;

CREATE TEMP VIEW verdicts_api_clients AS
SELECT
    account_id, client_id, user_id, kind, verdict AS state, reason,
    CASE
        WHEN reason = 'TOKEN_NOT_AFFECTED'::reason THEN 'consider_rotation'::action
        WHEN verdict = 'clear'::verdict THEN 'none'::action
        ELSE 'reconnect'::action
    END AS action,
    basis_of(is_accessed) AS basis
FROM decided_clients;

CREATE TEMP VIEW verdicts_data_subjects AS
SELECT
    account_id, user_id, subject_verdict AS state, subject_reason AS reason, subject_classes AS classes, role, country
FROM decided_users;

CREATE TEMP VIEW verdicts_account_summary AS
SELECT
    account_id, customer_id, name, exposure, access, window_side AS "window", reason, cohort, rotation_status, sso_use,
    tls_validity, users_must_act, users_undetermined, users_clear, apps_must_act, apps_undetermined, apps_clear,
    certificates_must_act, certificates_undetermined, certificates_clear, clients_must_act, clients_undetermined,
    clients_clear, subjects_read, subjects_undetermined, actions, TRUE AS known
FROM summaries;

CREATE TEMP VIEW verdicts_notifications AS
SELECT account_id, customer_id, cohort, contact_kind, contact, locale, country, time_zone, unreachable
FROM told;
