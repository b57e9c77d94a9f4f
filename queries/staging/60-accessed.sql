SELECT a.account_id, a.data_class, a.extent, a.source, a.record
FROM store_accessed AS a
CROSS JOIN param_incident AS i
WHERE a.determined_at IS NULL OR a.determined_at <= i.as_of
