-- Pairs of strands that wait for a person (asked), or that a link once joined and that are two children now (parted). Made from identity_said, in the same transaction.
create table if not exists strand_pair (
    left_strand uuid not null,
    right_strand uuid not null,
    asked boolean not null,
    parted boolean not null,
    primary key (left_strand, right_strand),
    check (asked or parted)
);
create index if not exists strand_pair_right on strand_pair (right_strand);
-- A message begins with the id of its contract: people's decisions are found by time among the many comparisons.
create index if not exists identity_said_contract on identity_said (substring(record for 5), at);
