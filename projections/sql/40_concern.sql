-- Entries that count towards a threshold, by the local day on which they happened.
create table if not exists concern (
    child uuid not null,
    happened_on date not null,
    event_id uuid not null,
    agency text not null,
    event_type text not null,
    locked boolean not null,
    primary key (child, happened_on, event_id)
);
