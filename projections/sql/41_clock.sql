-- Duties with a limit: what started each, when it is due, what met it.
create table if not exists clock (
    child uuid not null,
    rule text not null,
    started_by uuid not null,
    edition text not null,
    due timestamptz not null,
    satisfied_by uuid,
    satisfied_at timestamptz,
    locked boolean not null,
    primary key (child, rule, started_by)
);
create index if not exists clock_unmet on clock (due) where satisfied_by is null;
