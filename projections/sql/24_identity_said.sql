-- What was said on hub.identity of who is who, each record a row, byte for byte: of one pair of strands the newest counts, so what is said again is kept again.
create table if not exists identity_said (
    id uuid not null,
    left_strand uuid not null,
    right_strand uuid not null,
    at timestamptz not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    primary key (part, log_offset)
);
create index if not exists identity_said_left on identity_said (left_strand);
create index if not exists identity_said_right on identity_said (right_strand);
