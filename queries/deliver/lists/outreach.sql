SELECT
    n.cohort,
    n.account_id,
    n.customer_id,
    s.name,
    n.contact_kind,
    n.contact,
    n.locale,
    n.country,
    n.time_zone,
    n.unreachable,
    s.exposure,
    s.access,
    t.items AS accessed,
    s.users_must_act AS users_certain,
    s.users_must_act + s.users_undetermined AS users_at_most,
    s.apps_must_act AS apps_certain,
    s.apps_must_act + s.apps_undetermined AS apps_at_most,
    s.certificates_must_act AS certificates_certain,
    s.certificates_must_act + s.certificates_undetermined AS certificates_at_most,
    s.clients_must_act AS clients_certain,
    s.clients_must_act + s.clients_undetermined AS clients_at_most,
    s.actions,
    r.items AS reasons
FROM notifications AS n
JOIN account_summary AS s ON s.account_id = n.account_id
LEFT JOIN deliver_class_titles AS t ON t.key = n.account_id
LEFT JOIN deliver_reasons AS r ON r.key = n.account_id
