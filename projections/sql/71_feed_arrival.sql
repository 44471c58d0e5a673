-- How much each feed said on each day that the hub received anything of it (Europe/London): its rhythm and its usual volume.
create table if not exists feed_arrival (
    agency text not null,
    source_system text not null,
    day date not null,
    statements bigint not null,
    refused bigint not null,
    last timestamptz not null,
    primary key (agency, source_system, day)
);
