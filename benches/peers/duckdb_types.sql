-- The eight exports, whole and typed: views over the CSV files of the folder that the variable `exports` names.
-- An instant is two columns, the earliest (x) and the latest (x_latest) that its cell can mean: both NULL where it is
-- empty, as wide as can be where it can't be read.

CREATE TYPE role AS ENUM ('agent', 'end_user', 'unknown');
CREATE TYPE account_status AS ENUM ('active', 'trial', 'trial_expired', 'suspended', 'cancelled', 'deleted', 'unknown');
CREATE TYPE secret_kind AS ENUM (
    'password', 'api_token', 'oauth_token', 'app_credential', 'certificate', 'session', 'unknown'
);
CREATE TYPE change_effect AS ENUM ('replaced', 'invalidated', 'requested', 'unknown');
CREATE TYPE app_kind AS ENUM ('marketplace', 'private', 'unknown');
CREATE TYPE provider AS ENUM ('customer', 'vendor', 'unknown');
CREATE TYPE client_kind AS ENUM ('basic_password', 'api_token', 'oauth', 'chat_api_token', 'unknown');
CREATE TYPE population AS ENUM ('agent', 'end_user', 'all', 'unknown');
CREATE TYPE extent AS ENUM ('all', 'some', 'unknown');

CREATE TEMP MACRO earliest(cell, instant) AS
    coalesce(instant, CASE WHEN cell IS NOT NULL THEN TIMESTAMP '1970-01-01 00:00:00' END);
CREATE TEMP MACRO latest(cell, instant) AS
    coalesce(instant, CASE WHEN cell IS NOT NULL THEN TIMESTAMP '2199-12-31 23:59:59.999999' END);

-- How each column writes its times. A clock whose zone nobody states may be any on Earth, from UTC+14 to UTC-12.
CREATE TEMP MACRO with_offset(cell) AS make_timestamp(epoch_us(TRY_CAST(cell AS TIMESTAMPTZ)));
CREATE TEMP MACRO utc(cell) AS TRY_CAST(cell AS TIMESTAMP);
CREATE TEMP MACRO tokyo(cell) AS TRY_CAST(cell AS TIMESTAMP) - INTERVAL 9 HOURS;
CREATE TEMP MACRO indian_minute(cell) AS try_strptime(cell, '%d/%m/%Y %H:%M') - INTERVAL 330 MINUTES;
CREATE TEMP MACRO epoch_seconds(cell) AS make_timestamp_ms(TRY_CAST(cell AS BIGINT) * 1000);
CREATE TEMP MACRO epoch_milliseconds(cell) AS make_timestamp_ms(TRY_CAST(cell AS BIGINT));
CREATE TEMP MACRO easternmost(clock) AS clock - INTERVAL 14 HOURS;
CREATE TEMP MACRO westernmost(clock) AS clock + INTERVAL 12 HOURS;
CREATE TEMP MACRO end_of_minute(clock) AS clock + INTERVAL 1 MINUTE - INTERVAL 1 MICROSECOND;
CREATE TEMP MACRO end_of_day(clock) AS clock + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND;

CREATE TEMP MACRO word(cell) AS CASE WHEN cell IS NOT NULL THEN lower(trim(cell)) END;
CREATE TEMP MACRO on_or_off(cell) AS CASE word(cell) WHEN 'on' THEN TRUE WHEN 'off' THEN FALSE END;
CREATE TEMP MACRO hex(cell) AS lower(translate(cell, ': ', ''));
CREATE TEMP MACRO email_key(cell) AS nullif(lower(trim(cell)), '');
-- Codes that millions of rows have: first as most cells write them, then after a closer look.
CREATE TEMP MACRO role_of(cell) AS CASE cell
    WHEN 'end_user' THEN 'end_user'::role
    WHEN 'agent' THEN 'agent'::role
    WHEN 'admin' THEN 'agent'::role
    ELSE CASE
        WHEN word(cell) = 'end_user' THEN 'end_user'::role
        WHEN word(cell) IN ('agent', 'admin', 'owner') THEN 'agent'::role
        WHEN cell IS NOT NULL THEN 'unknown'::role
    END
END;
CREATE TEMP MACRO secret_kind_of(cell) AS CASE cell
    WHEN 'password' THEN 'password'::secret_kind
    WHEN 'app_credential' THEN 'app_credential'::secret_kind
    WHEN 'api_token' THEN 'api_token'::secret_kind
    WHEN 'oauth_token' THEN 'oauth_token'::secret_kind
    ELSE coalesce(
        TRY_CAST(word(cell) AS secret_kind), CASE WHEN cell IS NOT NULL THEN 'unknown'::secret_kind END
    )
END;
CREATE TEMP MACRO change_effect_of(cell) AS CASE cell
    WHEN 'replaced' THEN 'replaced'::change_effect
    WHEN 'invalidated' THEN 'invalidated'::change_effect
    WHEN 'requested' THEN 'requested'::change_effect
    ELSE coalesce(
        TRY_CAST(word(cell) AS change_effect), CASE WHEN cell IS NOT NULL THEN 'unknown'::change_effect END
    )
END;

CREATE TEMP VIEW typed_accounts AS
WITH cells AS (
    SELECT *, utc(created_at) AS created, with_offset(activated_at) AS activated, utc(deleted_at) AS deleted
    FROM read_csv(
        getvariable('exports') || '/accounts.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            account_id: 'VARCHAR', customer_id: 'VARCHAR', name: 'VARCHAR', subdomain: 'VARCHAR', products: 'VARCHAR',
            plan: 'VARCHAR', status: 'VARCHAR', created_at: 'VARCHAR', activated_at: 'VARCHAR', deleted_at: 'VARCHAR',
            owner_name: 'VARCHAR', owner_email: 'VARCHAR', security_email: 'VARCHAR', locale: 'VARCHAR',
            time_zone: 'VARCHAR', country: 'VARCHAR'
        }
    )
    WHERE account_id IS NOT NULL
)
SELECT
    account_id, customer_id, name, subdomain, products, plan,
    CASE
        WHEN status IS NOT NULL
        THEN coalesce(TRY_CAST(word(status) AS account_status), 'unknown'::account_status)
    END AS status,
    earliest(created_at, created) AS created_at,
    latest(created_at, created) AS created_at_latest,
    earliest(activated_at, activated) AS activated_at,
    latest(activated_at, activated) AS activated_at_latest,
    earliest(deleted_at, easternmost(deleted)) AS deleted_at,
    latest(deleted_at, westernmost(end_of_day(deleted))) AS deleted_at_latest,
    owner_name, owner_email, email_key(owner_email) AS owner_email_key,
    security_email, email_key(security_email) AS security_email_key,
    locale, time_zone, country
FROM cells;

CREATE TEMP VIEW typed_users AS
WITH cells AS (
    SELECT
        *, utc(created_at) AS created, epoch_seconds(last_login_at) AS last_login,
        utc(password_changed_at) AS password_changed, utc(deleted_at) AS deleted
    FROM read_csv(
        getvariable('exports') || '/users.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            user_id: 'VARCHAR', account_id: 'VARCHAR', email: 'VARCHAR', name: 'VARCHAR', phone: 'VARCHAR',
            role: 'VARCHAR', product: 'VARCHAR', active: 'VARCHAR', suspended: 'VARCHAR', created_at: 'VARCHAR',
            last_login_at: 'VARCHAR', password_changed_at: 'VARCHAR', has_password: 'VARCHAR', sso_only: 'VARCHAR',
            deleted_at: 'VARCHAR', locale: 'VARCHAR', country: 'VARCHAR'
        }
    )
    WHERE user_id IS NOT NULL AND account_id IS NOT NULL
)
SELECT
    user_id, account_id, email, name, phone,
    role_of(role) AS role,
    product,
    TRY_CAST(active AS BOOLEAN) AS active,
    TRY_CAST(suspended AS BOOLEAN) AS suspended,
    earliest(created_at, created) AS created_at,
    latest(created_at, created) AS created_at_latest,
    earliest(last_login_at, last_login) AS last_login_at,
    latest(last_login_at, last_login) AS last_login_at_latest,
    earliest(password_changed_at, easternmost(password_changed)) AS password_changed_at,
    latest(password_changed_at, westernmost(password_changed)) AS password_changed_at_latest,
    TRY_CAST(has_password AS BOOLEAN) AS has_password,
    TRY_CAST(sso_only AS BOOLEAN) AS sso_only,
    earliest(deleted_at, deleted) AS deleted_at,
    latest(deleted_at, deleted) AS deleted_at_latest,
    locale, country
FROM cells;

CREATE TEMP VIEW typed_credential_changes AS
WITH cells AS (
    SELECT *, epoch_milliseconds(changed_at) AS changed
    FROM read_csv(
        getvariable('exports') || '/credential_changes.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            event_id: 'VARCHAR', account_id: 'VARCHAR', user_id: 'VARCHAR', product: 'VARCHAR', kind: 'VARCHAR',
            subject_id: 'VARCHAR', changed_at: 'VARCHAR', effect: 'VARCHAR', actor: 'VARCHAR'
        }
    )
    WHERE kind IS NOT NULL
)
SELECT
    account_id, user_id, product,
    secret_kind_of(kind) AS kind,
    subject_id,
    earliest(changed_at, changed) AS changed_at,
    latest(changed_at, changed) AS changed_at_latest,
    change_effect_of(effect) AS effect,
    actor, event_id
FROM cells;

CREATE TEMP VIEW typed_app_installations AS
WITH cells AS (
    SELECT
        *, tokyo(installed_at) AS installed, tokyo(updated_at) AS updated, tokyo(removed_at) AS removed,
        tokyo(credentials_rotated_at) AS rotated
    FROM read_csv(
        getvariable('exports') || '/app_installations.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            installation_id: 'VARCHAR', account_id: 'VARCHAR', app_id: 'VARCHAR', app_name: 'VARCHAR', kind: 'VARCHAR',
            installed_at: 'VARCHAR', updated_at: 'VARCHAR', removed_at: 'VARCHAR', enabled: 'VARCHAR',
            holds_credentials: 'VARCHAR', credential_names: 'VARCHAR', credentials_rotated_at: 'VARCHAR'
        }
    )
    WHERE installation_id IS NOT NULL AND account_id IS NOT NULL
)
SELECT
    installation_id, account_id, app_id, app_name,
    CASE WHEN kind IS NOT NULL THEN coalesce(TRY_CAST(word(kind) AS app_kind), 'unknown'::app_kind) END AS kind,
    earliest(installed_at, installed) AS installed_at,
    latest(installed_at, installed) AS installed_at_latest,
    earliest(updated_at, updated) AS updated_at,
    latest(updated_at, updated) AS updated_at_latest,
    earliest(removed_at, removed) AS removed_at,
    latest(removed_at, removed) AS removed_at_latest,
    on_or_off(enabled) AS enabled,
    TRY_CAST(holds_credentials AS BOOLEAN) AS holds_credentials,
    credential_names,
    earliest(credentials_rotated_at, rotated) AS credentials_rotated_at,
    latest(credentials_rotated_at, rotated) AS credentials_rotated_at_latest
FROM cells;

CREATE TEMP VIEW typed_certificates AS
WITH cells AS (
    SELECT
        *, utc(uploaded_at) AS uploaded, utc(not_before) AS begins, utc(not_after) AS ends, utc(revoked_at) AS revoked,
        utc(replaced_at) AS replaced
    FROM read_csv(
        getvariable('exports') || '/certificates.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            certificate_id: 'VARCHAR', account_id: 'VARCHAR', provided_by: 'VARCHAR', fingerprint_sha256: 'VARCHAR',
            key_sha256: 'VARCHAR', subject: 'VARCHAR', names: 'VARCHAR', serial: 'VARCHAR', issuer: 'VARCHAR',
            key_type: 'VARCHAR', uploaded_at: 'VARCHAR', not_before: 'VARCHAR', not_after: 'VARCHAR',
            revoked_at: 'VARCHAR', replaced_at: 'VARCHAR'
        }
    )
    WHERE certificate_id IS NOT NULL AND account_id IS NOT NULL
)
SELECT
    certificate_id, account_id,
    CASE
        WHEN provided_by IS NOT NULL THEN coalesce(TRY_CAST(word(provided_by) AS provider), 'unknown'::provider)
    END AS provided_by,
    hex(fingerprint_sha256) AS fingerprint_sha256, hex(key_sha256) AS key_sha256, subject, names,
    serial, issuer, key_type,
    earliest(uploaded_at, uploaded) AS uploaded_at,
    latest(uploaded_at, uploaded) AS uploaded_at_latest,
    earliest(not_before, easternmost(begins)) AS not_before,
    latest(not_before, westernmost(end_of_day(begins))) AS not_before_latest,
    earliest(not_after, easternmost(ends)) AS not_after,
    latest(not_after, westernmost(end_of_day(ends))) AS not_after_latest,
    earliest(revoked_at, revoked) AS revoked_at,
    latest(revoked_at, revoked) AS revoked_at_latest,
    earliest(replaced_at, replaced) AS replaced_at,
    latest(replaced_at, replaced) AS replaced_at_latest
FROM cells;

CREATE TEMP VIEW typed_api_clients AS
WITH cells AS (
    SELECT
        *, indian_minute(created_at) AS created, indian_minute(last_used_at) AS last_used,
        indian_minute(revoked_at) AS revoked
    FROM read_csv(
        getvariable('exports') || '/api_clients.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            client_id: 'VARCHAR', account_id: 'VARCHAR', user_id: 'VARCHAR', name: 'VARCHAR', kind: 'VARCHAR',
            created_at: 'VARCHAR', last_used_at: 'VARCHAR', revoked_at: 'VARCHAR'
        }
    )
    WHERE client_id IS NOT NULL AND account_id IS NOT NULL
)
SELECT
    client_id, account_id, user_id, name,
    CASE WHEN kind IS NOT NULL THEN coalesce(TRY_CAST(word(kind) AS client_kind), 'unknown'::client_kind) END AS kind,
    earliest(created_at, created) AS created_at,
    latest(created_at, end_of_minute(created)) AS created_at_latest,
    earliest(last_used_at, last_used) AS last_used_at,
    latest(last_used_at, end_of_minute(last_used)) AS last_used_at_latest,
    earliest(revoked_at, revoked) AS revoked_at,
    latest(revoked_at, end_of_minute(revoked)) AS revoked_at_latest
FROM cells;

CREATE TEMP VIEW typed_sso AS
WITH cells AS (
    SELECT *, word(population) AS population_word, with_offset(since) AS begins, with_offset("until") AS ends
    FROM read_csv(
        getvariable('exports') || '/sso.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            account_id: 'VARCHAR', population: 'VARCHAR', product: 'VARCHAR', enforced: 'VARCHAR',
            bypass_allowed: 'VARCHAR', since: 'VARCHAR', "until": 'VARCHAR'
        }
    )
    WHERE account_id IS NOT NULL AND population IS NOT NULL
)
SELECT
    account_id,
    CASE
        WHEN population_word IN ('admin', 'owner') THEN 'agent'::population
        ELSE coalesce(TRY_CAST(population_word AS population), 'unknown'::population)
    END AS population,
    product,
    TRY_CAST(enforced AS BOOLEAN) AS enforced,
    TRY_CAST(bypass_allowed AS BOOLEAN) AS bypass_allowed,
    earliest(since, begins) AS since,
    latest(since, begins) AS since_latest,
    earliest("until", ends) AS "until",
    latest("until", ends) AS until_latest
FROM cells;

CREATE TEMP VIEW typed_accessed AS
WITH cells AS (
    SELECT *, utc(determined_at) AS determined
    FROM read_csv(
        getvariable('exports') || '/accessed.csv',
        auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = {
            account_id: 'VARCHAR', data_class: 'VARCHAR', extent: 'VARCHAR', determination: 'VARCHAR',
            determined_at: 'VARCHAR', evidence: 'VARCHAR'
        }
    )
    WHERE account_id IS NOT NULL AND data_class IS NOT NULL
)
SELECT
    account_id, word(data_class) AS data_class,
    CASE WHEN extent IS NOT NULL THEN coalesce(TRY_CAST(word(extent) AS extent), 'unknown'::extent) END AS extent,
    determination,
    earliest(determined_at, determined) AS determined_at,
    latest(determined_at, determined) AS determined_at_latest,
    evidence
FROM cells;
