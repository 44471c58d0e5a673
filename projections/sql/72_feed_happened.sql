-- Of which days each feed told anything: what a chronology asks before it calls a silence an absence.
create table if not exists feed_happened (
    agency text not null,
    source_system text not null,
    day date not null,
    statements bigint not null,
    primary key (agency, source_system, day)
);
