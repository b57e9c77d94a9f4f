SELECT 'account_exposure' AS query, 'account' AS subject, account_id, account_id AS subject_id, reason
FROM account_exposure
WHERE exposure = 'undetermined'
UNION ALL
-- Whether it was read is a question of its own: this is what parts the two numbers of accessed accounts.
SELECT 'account_exposure' AS query, 'account' AS subject, account_id, account_id AS subject_id,
    'ACCESS_UNDETERMINED' AS reason
FROM account_exposure
WHERE access = 'undetermined'
UNION ALL
SELECT 'user_passwords' AS query, 'user' AS subject, account_id, user_id AS subject_id, reason
FROM user_passwords
WHERE state = 'undetermined'
UNION ALL
SELECT 'app_credentials' AS query, 'app' AS subject, account_id, installation_id AS subject_id, reason
FROM app_credentials
WHERE state = 'undetermined'
UNION ALL
SELECT 'certificates' AS query, 'certificate' AS subject, account_id, certificate_id AS subject_id, reason
FROM certificates
WHERE state = 'undetermined'
UNION ALL
SELECT 'api_clients' AS query, 'client' AS subject, account_id, client_id AS subject_id, reason
FROM api_clients
WHERE state = 'undetermined'
UNION ALL
SELECT 'data_subjects' AS query, 'user' AS subject, account_id, user_id AS subject_id, reason
FROM data_subjects
WHERE state = 'undetermined'
