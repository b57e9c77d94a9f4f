SELECT account_id, installation_id, app_name, kind, state, reason, action, basis, credential_names
FROM app_credentials
WHERE state IS NULL OR state <> 'clear'
