-- Statements whose identifiers point to more than one child: they wait under a record of their own until a person decides.
create table if not exists review_item (
    event_id uuid primary key,
    child uuid not null,
    candidates uuid[] not null,
    reason text not null
);
