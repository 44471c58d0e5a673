-- The matching worker adds fingerprints of households.
grant usage on schema public to mash_matcher;
grant insert, select on household_token to mash_matcher;
-- The door looks up fingerprints of households, and finds again what was shown to whom before.
grant select on household_token to mash_worker, mash_auditor, mash_reader;
grant select on disclosure to mash_reader;
