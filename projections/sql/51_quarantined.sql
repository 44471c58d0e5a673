-- Messages that broke their contract, by where they were read; the message itself is sealed in the record.
create table if not exists quarantined (
    quarantine_id uuid primary key,
    topic text not null,
    source_part int not null,
    source_offset bigint not null,
    received timestamptz not null,
    code text not null,
    sentence text not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
