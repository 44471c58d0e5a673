-- One key for each child, wrapped by the root key (which is not in any database). Without this row nothing about the child can be opened.
create table if not exists child_key (
    child uuid primary key,
    wrapped bytea not null,
    made_at timestamptz not null default now()
);
