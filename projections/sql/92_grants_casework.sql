-- The worker adds what the log says of casework; what was said is never changed. The reader finds what was said about entries for those who may read them.
grant insert on casework to mash_worker;
grant select on casework to mash_worker, mash_auditor, mash_reader;
