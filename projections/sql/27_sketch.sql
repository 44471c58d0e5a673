-- What statements told of who their child is, sealed under the same entry key as the statements: once for all that tell the same. The id is a keyed digest.
create table if not exists sketch (
    sketch_id uuid primary key,
    child uuid not null,
    part bytea not null,
    key_id uuid not null,
    sealed bytea not null,
    stands boolean not null
);
create index if not exists sketch_child on sketch (child);
alter table sketch alter column sealed set storage external;
-- Which statement told which sketch, and which other it amends: what a corrected or withdrawn statement told stops counting.
create table if not exists sketch_told (
    event_id uuid primary key,
    child uuid not null,
    sketch_id uuid,
    agency text not null,
    learned timestamptz not null,
    received timestamptz not null,
    corrects uuid,
    retracts uuid
);
create index if not exists sketch_told_child on sketch_told (child);
create index if not exists sketch_told_amends on sketch_told (child) where corrects is not null or retracts is not null;
-- Children whose strands have to be compared anew.
create table if not exists sketch_due (
    child uuid primary key
);
