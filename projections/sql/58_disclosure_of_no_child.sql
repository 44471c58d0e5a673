-- What was asked about no one child, as lists of alerts are, is found by what was asked for.
create index if not exists disclosure_of_no_child on disclosure (action, asked_at) where child is null;
