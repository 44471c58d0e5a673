-- The worker adds what the log says of the quarantine, and closes what is settled; what was said is never changed. The reader lists it for those who may.
grant select on held, quarantine_settled, quarantine_closed to mash_worker, mash_auditor;
grant insert on held, quarantine_settled, quarantine_closed to mash_worker;
grant update (closed, record) on held to mash_worker;
grant select on quarantined, quarantine_settled, quarantine_closed to mash_reader;
