-- What hub.feeds says: deliveries and what they covered, feeds that stopped and spoke again, judgements, feeds that degraded.
create table if not exists feed_told (
    told_id uuid primary key,
    kind text not null,
    agency text not null,
    source_system text not null,
    at timestamptz not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
create index if not exists feed_told_of_feed on feed_told (agency, source_system, kind, at);
