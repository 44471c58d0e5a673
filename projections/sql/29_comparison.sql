-- What the matching worker found out last about each pair of strands that it ever spoke of; `said` once the broker has it.
create table if not exists comparison (
    left_strand uuid not null,
    right_strand uuid not null,
    comparison_id uuid not null,
    outcome text not null,
    record bytea not null,
    said boolean not null,
    primary key (left_strand, right_strand),
    check (left_strand < right_strand)
);
create index if not exists comparison_right on comparison (right_strand);
create index if not exists comparison_unsaid on comparison (comparison_id) where not said;
