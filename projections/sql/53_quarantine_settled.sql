-- Who asked for a quarantined message to be examined anew or discarded; the reason is sealed in the record. The first about a message counts.
create table if not exists quarantine_settled (
    settled_id uuid primary key,
    quarantine_id uuid not null,
    action text not null,
    person text,
    at timestamptz not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
create index if not exists quarantine_settled_message on quarantine_settled (quarantine_id);
