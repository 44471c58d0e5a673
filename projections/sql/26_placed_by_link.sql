-- Statements whose identifiers point to several strands of one child, and the strand under which each was admitted: read again after an unlink they have to be placed the same.
create table if not exists placed_by_link (
    event_id uuid primary key,
    strand uuid not null
);
