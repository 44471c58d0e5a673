-- Children some of whose entries are corrected or withdrawn: their clocks and concerns are worked out anew from all of their entries.
create table if not exists amendment (
    child uuid not null,
    event_id uuid not null,
    primary key (child, event_id)
);
