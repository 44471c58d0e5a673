-- What the admit stage remembers of quarantined messages: the event id that others may wait for, what each waits for, and, while it is open, its record.
create table if not exists held (
    quarantine_id uuid primary key,
    event_id uuid,
    waits_for uuid,
    received timestamptz not null,
    topic text not null,
    source_part int not null,
    source_offset bigint not null,
    closed boolean not null default false,
    record bytea,
    check (closed = (record is null))
);
create index if not exists held_open on held (event_id) where not closed and event_id is not null;
create index if not exists held_waiting on held (waits_for) where not closed and waits_for is not null;
alter table held alter column record set storage external;
