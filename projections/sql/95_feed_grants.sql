-- The quality worker marks what agencies say and reads what the hub says about feeds; it reads no child's row. Marks older than 400 days it may remove.
grant usage on schema public to mash_quality;
grant select, insert, delete on feed_mark to mash_quality;
grant select, insert, update (statements, refused, last) on feed_arrival to mash_quality;
grant select, insert, update (statements) on feed_happened to mash_quality;
grant select on feed_told, log_position to mash_quality;
grant insert, update (next) on log_position to mash_quality;
grant insert on feed_told to mash_worker;
grant select on feed_mark, feed_arrival, feed_happened, feed_told to mash_worker, mash_auditor, mash_reader;
