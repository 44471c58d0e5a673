-- Which SQL files this database has taken in, and with what content.
create table if not exists schema_file (
    name text primary key,
    sha256 bytea not null check (octet_length(sha256) = 32),
    applied_at timestamptz not null default now()
);
