-- What people said about records, one row for each record of hub.casework: which entries it is about, and which agencies were told. Words are sealed in the record.
create table if not exists casework (
    said_id uuid primary key,
    kind text not null,
    contradiction_id uuid,
    entries uuid[] not null,
    agencies text[] not null,
    at timestamptz not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
create index if not exists casework_entries on casework using gin (entries);
create index if not exists casework_contradiction on casework (contradiction_id) where contradiction_id is not null;
