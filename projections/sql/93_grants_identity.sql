-- What was said of who is who is added and never changed; who belongs together is worked out anew from it, so those rows may be removed.
grant select on identity_said, strand, split_part, placed_by_link to mash_worker, mash_auditor, mash_reader;
grant insert on identity_said, strand, split_part, placed_by_link to mash_worker;
grant delete on strand, split_part to mash_worker;
