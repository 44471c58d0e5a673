-- Who saw what, why and under which rule; folded from hub.disclosures, byte for byte.
create table if not exists disclosure (
    disclosure_id uuid primary key,
    child uuid,
    person text not null,
    agency text not null,
    action text not null,
    purpose text,
    asked_at timestamptz not null,
    allowed boolean not null,
    part smallint not null,
    log_offset bigint not null,
    record bytea not null,
    unique (part, log_offset)
);
create index if not exists disclosure_child on disclosure (child, asked_at);
