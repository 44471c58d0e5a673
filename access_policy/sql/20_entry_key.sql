-- One key for each child, agency, sensitivity and epoch, wrapped by the child's key. It goes when the child's key goes.
create table if not exists entry_key (
    key_id uuid primary key,
    child uuid not null references child_key (child) on delete cascade,
    agency text not null,
    sensitivity text not null,
    epoch integer not null,
    wrapped bytea not null,
    unique (child, agency, sensitivity, epoch)
);
