-- What came of a settled message.
create table if not exists quarantine_closed (
    quarantine_id uuid primary key,
    settled_id uuid not null,
    outcome text not null,
    at timestamptz not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
