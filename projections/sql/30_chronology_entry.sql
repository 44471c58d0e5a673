-- One line of one child's chronology. The record is the hub event byte for byte: what cannot be read here without a key is sealed in it.
create table if not exists chronology_entry (
    event_id uuid primary key,
    child uuid not null,
    agency text not null,
    event_type text not null,
    happened_earliest timestamptz not null,
    happened_latest timestamptz not null,
    received timestamptz not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
create index if not exists chronology_entry_child on chronology_entry (child, happened_earliest);
-- Sealed bytes do not compress; trying costs time.
alter table chronology_entry alter column record set storage external;
