-- What was said of who is who is added and never changed; who belongs together is worked out anew from it, so those rows may be removed.
grant select on identity_said, strand, split_part, strand_pair, placed_by_link to mash_worker, mash_auditor, mash_reader;
grant insert on identity_said, strand, split_part, strand_pair, placed_by_link to mash_worker;
grant delete on strand, split_part, strand_pair to mash_worker;
