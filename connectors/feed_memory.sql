create table if not exists kept (name text primary key, value blob not null) without rowid;

create table if not exists matter (
    id integer primary key,
    row text unique,             -- the reference that the agency's row bears now
    kin text not null,
    digest blob not null,        -- of what was last told
    last text not null,          -- the reference of the last telling
    local_id text not null,
    withdrawn integer not null,
    unsure integer not null      -- whether the last telling may not have reached the log
);

create table if not exists telling (
    place integer primary key,
    reference text not null unique,
    matter integer not null,
    stem text not null,
    kind text not null,
    state text not null,
    digest blob not null,
    kin text not null,
    moment integer not null,
    local_id text not null,
    sensitivity text not null,
    seal text not null,
    amends text,
    delivery blob not null
);
create index if not exists telling_matter on telling (matter);
create index if not exists telling_stem on telling (stem);
create index if not exists telling_sending on telling (state) where state = 'sending';

create table if not exists seen (
    scope text not null,
    matter integer not null,
    delivery blob not null,
    primary key (scope, matter)
) without rowid;
create index if not exists seen_matter on seen (matter);

create table if not exists delivery (
    id blob primary key,
    fingerprint blob not null,
    scope text not null,
    began integer not null,
    finished integer not null default 0
) without rowid;

drop table if exists staged;     -- of a first reading that is over
create table staged (
    reference text primary key,
    kin text not null,
    digest blob not null,
    line integer not null
) without rowid;

create temp table asked (place integer primary key, reference text not null);
