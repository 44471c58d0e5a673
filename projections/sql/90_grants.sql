-- Append-only is a grant: the worker may add what the log says and move its positions; it may not change or remove an entry, a disclosure or a tile of the past.
revoke all on all tables in schema public from public;
grant usage on schema public to mash_worker, mash_reader, mash_auditor;
grant select on all tables in schema public to mash_worker, mash_auditor;
grant insert on admitted, identifier, review_item, chronology_entry, amendment, concern, clock, alert, disclosure, quarantined, ledger_tile, checkpoint, log_position to mash_worker;
grant update (next) on log_position to mash_worker;
grant update (hashes) on ledger_tile to mash_worker;
-- Clocks and concerns are worked out anew when an entry is corrected; an alert is marked once it is published.
grant delete on concern, clock to mash_worker;
grant update (due, satisfied_by, satisfied_at, locked, edition) on clock to mash_worker;
grant update (raised) on alert to mash_worker;
grant select on chronology_entry, amendment, clock, concern, alert, identifier, review_item, log_position to mash_reader;
