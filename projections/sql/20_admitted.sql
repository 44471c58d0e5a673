-- Which statements have been admitted: the id tells a repeat, the keyed digest tells a repeat from a change under the same reference.
create table if not exists admitted (
    event_id uuid primary key,
    content_digest bytea not null
);
