-- Signed heads of those trees as C2SP notes, never changed; the same notes are published to hub.checkpoints, where witnesses read them.
create table if not exists checkpoint (
    topic text not null,
    part int not null check (part >= 0),
    size bigint not null check (size >= 0),
    note bytea not null,
    made_at timestamptz not null,
    primary key (topic, part, size)
);
