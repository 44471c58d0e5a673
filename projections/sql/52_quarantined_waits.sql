-- What version 2 of Quarantined says: the event id that the statement would have, what it waits for, and under which id it was refused before.
alter table quarantined add column if not exists event_id uuid;
alter table quarantined add column if not exists waits_for uuid;
alter table quarantined add column if not exists earlier uuid;
create index if not exists quarantined_event on quarantined (event_id) where event_id is not null;
create index if not exists quarantined_waits on quarantined (waits_for) where waits_for is not null;
create index if not exists quarantined_earlier on quarantined (earlier) where earlier is not null;
