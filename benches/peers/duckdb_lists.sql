-- The lists that people work with.

CREATE TEMP MACRO rfc3339(instant) AS CASE
    WHEN instant IS NULL THEN NULL
    WHEN date_part('microseconds', instant) % 1000000 = 0 THEN strftime(instant, '%Y-%m-%dT%H:%M:%SZ')
    ELSE strftime(instant, '%Y-%m-%dT%H:%M:%S.%fZ')
END;

CREATE TEMP VIEW "list_operations-passwords" AS
SELECT
    account_id, user_id, email, role, password_verdict AS state, password_reason AS reason,
    'rotate_password' AS action, basis_of(is_accessed) AS basis
FROM decided_users
WHERE password_verdict <> 'clear'::verdict;

CREATE TEMP VIEW "list_operations-apps" AS
FROM verdicts_app_credentials
WHERE state <> 'clear'::verdict;

CREATE TEMP VIEW "list_operations-certificates" AS
SELECT * REPLACE (rfc3339(not_after) AS not_after, rfc3339(not_after_latest) AS not_after_latest)
FROM verdicts_certificates
WHERE state <> 'clear'::verdict;

CREATE TEMP VIEW "list_operations-clients" AS
SELECT
    account_id, client_id, user_id, name, kind, verdict AS state, reason, 'reconnect' AS action,
    basis_of(is_accessed) AS basis
FROM decided_clients
WHERE verdict <> 'clear'::verdict;

CREATE TEMP VIEW "list_subjects-read" AS
SELECT
    account_id, user_id, name, email, role, locale, country, subject_verdict AS state, subject_reason AS reason,
    subject_classes AS classes
FROM decided_users
WHERE subject_verdict <> 'not_read'::verdict;

CREATE TEMP VIEW list_undetermined AS
WITH doubts AS (
    SELECT
        'account_exposure'::query AS query, reason, 'account' AS subject, account_no, account_id,
        account_id AS subject_id
    FROM summaries
    WHERE exposure = 'undetermined'::verdict
    UNION ALL
    SELECT 'api_clients', reason, 'client', account_no, account_id, client_id
    FROM decided_clients
    WHERE verdict = 'undetermined'::verdict
    UNION ALL
    SELECT 'app_credentials', reason, 'app', account_no, account_id, installation_id
    FROM decided_installations
    WHERE verdict = 'undetermined'::verdict
    UNION ALL
    SELECT 'certificates', reason, 'certificate', account_no, account_id, certificate_id
    FROM decided_certificates
    WHERE verdict = 'undetermined'::verdict
    UNION ALL
    SELECT 'data_subjects', subject_reason, 'user', account_no, account_id, user_id
    FROM decided_users
    WHERE subject_verdict = 'undetermined'::verdict
    UNION ALL
    SELECT 'user_passwords', password_reason, 'user', account_no, account_id, user_id
    FROM decided_users
    WHERE password_verdict = 'undetermined'::verdict
)
SELECT query, reason, subject, account_id, subject_id
FROM doubts
ORDER BY query, reason, account_no, subject_id;

-- Few sets of reasons occur, so each is put in words once.
CREATE TEMP TABLE reasons_in_words AS
WITH sets AS (
    SELECT DISTINCT 'user_passwords'::query AS query, password_reasons AS reasons FROM summaries
    UNION ALL
    SELECT DISTINCT 'app_credentials', app_reasons FROM summaries
    UNION ALL
    SELECT DISTINCT 'certificates', certificate_reasons FROM summaries
    UNION ALL
    SELECT DISTINCT 'api_clients', client_reasons FROM summaries
)
SELECT s.query, s.reasons, string_agg(s.query || '.' || t.reason, ';' ORDER BY t.reason) AS words
FROM sets AS s
JOIN tests AS t ON t.query = s.query AND bit_of(t.reason) & s.reasons <> 0
GROUP BY s.query, s.reasons;

CREATE TEMP VIEW list_outreach AS
SELECT
    n.cohort, n.account_id, n.customer_id, s.name, n.contact_kind, n.contact, n.locale, n.country, n.time_zone,
    n.unreachable, s.exposure, s.access, s.titles AS accessed,
    s.users_must_act AS users_certain,
    s.users_must_act + s.users_undetermined AS users_at_most,
    s.apps_must_act AS apps_certain,
    s.apps_must_act + s.apps_undetermined AS apps_at_most,
    s.certificates_must_act AS certificates_certain,
    s.certificates_must_act + s.certificates_undetermined AS certificates_at_most,
    s.clients_must_act AS clients_certain,
    s.clients_must_act + s.clients_undetermined AS clients_at_most,
    s.actions,
    concat_ws(';', 'account_exposure.' || s.reason, c.words, i.words, t.words, p.words) AS reasons
FROM told AS n
JOIN summaries AS s ON s.account_no = n.account_no
LEFT JOIN reasons_in_words AS c ON c.query = 'api_clients' AND c.reasons = s.client_reasons
LEFT JOIN reasons_in_words AS i ON i.query = 'app_credentials' AND i.reasons = s.app_reasons
LEFT JOIN reasons_in_words AS t ON t.query = 'certificates' AND t.reasons = s.certificate_reasons
LEFT JOIN reasons_in_words AS p ON p.query = 'user_passwords' AND p.reasons = s.password_reasons
ORDER BY n.cohort, n.account_no, n.contact_kind;

CREATE TEMP VIEW list_unreachable AS
WITH unreached AS (SELECT account_no FROM told GROUP BY account_no HAVING bool_and(unreachable))
SELECT
    s.account_id, s.customer_id, s.name, s.cohort, a.owner_name, a.owner_email, a.security_email, a.country, a.locale,
    a.time_zone, s.actions
FROM unreached AS r
JOIN summaries AS s ON s.account_no = r.account_no
LEFT JOIN account_facts AS a ON a.account_id = s.account_id
ORDER BY s.account_no;
