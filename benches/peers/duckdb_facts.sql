-- What the rules ask of each row, taken from the typed exports in one pass over each. {relation} is TABLE where the
-- exports are files, which are dear to read again, and VIEW where they are tables.

CREATE TYPE side AS ENUM ('before', 'edge', 'after');
CREATE TYPE ending AS ENUM ('done', 'pending');

CREATE TEMP MACRO as_of() AS TIMESTAMP '2019-10-02 12:00:00';
-- "Before 1 November 2016", and clear from the 2nd on, in no zone that the notice names: the first and the last
-- instant that can be meant.
CREATE TEMP MACRO until_lo() AS TIMESTAMP '2016-10-31 10:00:00';
CREATE TEMP MACRO until_hi() AS TIMESTAMP '2016-11-02 12:00:00';

CREATE TEMP MACRO side_of(instant, instant_latest) AS CASE
    WHEN instant_latest < until_lo() THEN 'before'::side
    WHEN instant >= until_hi() THEN 'after'::side
    WHEN instant IS NOT NULL THEN 'edge'::side
END;
-- An ending after as_of is left out, as if it were not there.
CREATE TEMP MACRO ending_of(instant, instant_latest) AS CASE
    WHEN instant_latest <= as_of() THEN 'done'::ending
    WHEN instant <= as_of() THEN 'pending'::ending
END;
-- Whether a change that a cell tells of rotated something for certain, or may have. One after as_of overwrote what
-- stood there before: a change at an unknown time.
CREATE TEMP MACRO surely_rotated(instant, instant_latest) AS instant >= until_hi() AND instant_latest <= as_of();
CREATE TEMP MACRO maybe_rotated(instant, instant_latest) AS
    coalesce(instant_latest >= until_lo() OR instant > as_of(), FALSE);

-- Sign-ins as bits: 1 support, 2 chat, 4 a product that the profile does not name. NULL where no product is said.
CREATE TEMP MACRO sign_ins_of_word(product) AS CASE product
    WHEN 'support' THEN 1::UTINYINT
    WHEN 'guide' THEN 1::UTINYINT
    WHEN 'talk' THEN 1::UTINYINT
    WHEN 'explore' THEN 1::UTINYINT
    WHEN 'chat' THEN 2::UTINYINT
    WHEN 'bime' THEN 0::UTINYINT
    WHEN 'connect' THEN 0::UTINYINT
    WHEN 'sell' THEN 0::UTINYINT
    WHEN 'smooch' THEN 0::UTINYINT
    ELSE CASE WHEN product <> '' THEN 4::UTINYINT END
END;
CREATE TEMP MACRO sign_ins_of(cell) AS CASE cell
    WHEN 'support' THEN 1::UTINYINT
    WHEN 'chat' THEN 2::UTINYINT
    ELSE sign_ins_of_word(word(cell))
END;

CREATE TEMP {relation} account_facts AS
SELECT
    account_id, customer_id, name, products,
    side_of(created_at, created_at_latest) AS created,
    coalesce(activated_at_latest < until_lo(), FALSE) AS activated_before,
    owner_name, owner_email, owner_email_key, security_email, security_email_key, locale, time_zone, country
FROM accounts;

CREATE TEMP {relation} user_facts AS
SELECT
    user_id, account_id, role, active, sso_only, has_password, name, email, locale, country,
    sign_ins_of(product) AS sign_ins,
    side_of(created_at, created_at_latest) AS created,
    ending_of(deleted_at, deleted_at_latest) AS deleted,
    CASE
        WHEN surely_rotated(password_changed_at, password_changed_at_latest) THEN password_changed_at
    END AS rotated_at,
    CASE
        WHEN surely_rotated(password_changed_at, password_changed_at_latest) THEN password_changed_at_latest
    END AS rotated_at_latest,
    maybe_rotated(password_changed_at, password_changed_at_latest) AS maybe_rotated
FROM users;

CREATE TEMP {relation} installation_facts AS
SELECT
    installation_id, account_id, app_name, kind, holds_credentials, credential_names,
    side_of(installed_at, installed_at_latest) AS installed,
    ending_of(removed_at, removed_at_latest) AS removed,
    coalesce(surely_rotated(credentials_rotated_at, credentials_rotated_at_latest), FALSE) AS is_rotated,
    maybe_rotated(credentials_rotated_at, credentials_rotated_at_latest) AS maybe_rotated
FROM app_installations;

CREATE TEMP {relation} certificate_facts AS
SELECT
    certificate_id, account_id, provided_by, subject, fingerprint_sha256, key_sha256, not_after, not_after_latest,
    side_of(uploaded_at, uploaded_at_latest) AS uploaded,
    ending_of(revoked_at, revoked_at_latest) AS revoked,
    ending_of(replaced_at, replaced_at_latest) AS replaced
FROM certificates;

CREATE TEMP {relation} client_facts AS
SELECT
    client_id, account_id, user_id, name, kind,
    side_of(created_at, created_at_latest) AS created,
    ending_of(revoked_at, revoked_at_latest) AS revoked
FROM api_clients;

-- Rows of sso and accessed that begin after as_of still name their account.
CREATE TEMP {relation} sso_facts AS
SELECT
    account_id, population, sign_ins_of(product) AS sign_ins,
    enforced AND NOT bypass_allowed AS says,
    CASE
        WHEN since > as_of() OR until_latest <= as_of() THEN FALSE
        WHEN (since IS NULL OR since_latest <= as_of()) AND ("until" IS NULL OR "until" > as_of()) THEN TRUE
    END AS in_force
FROM sso;

CREATE TEMP {relation} access_facts AS
SELECT account_id, data_class, extent, determined_at > as_of() AS is_later
FROM accessed;
