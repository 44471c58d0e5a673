-- The child (its smallest strand) of each strand that has company; a strand that is not here is a child of its own. Made from identity_said, in the same transaction.
create table if not exists strand (
    strand uuid primary key,
    child uuid not null
);
create index if not exists strand_child on strand (child);
-- The strand to which the statements that carry an agency's own id of the child went, where a person split them off the strand under which they were admitted.
create table if not exists split_part (
    strand uuid not null,
    local_id bytea not null,
    new_strand uuid not null,
    primary key (strand, local_id)
);
create index if not exists split_part_new on split_part (new_strand);
