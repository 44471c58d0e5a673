-- Who is who: the keyed fingerprint of an identifier, and the child that it names. Nothing here can be turned back into an identifier.
create table if not exists identifier (
    blind_index bytea primary key,
    scheme text not null,
    child uuid not null
);
create index if not exists identifier_child on identifier (child);
