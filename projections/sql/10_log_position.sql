-- How far each stage has read each partition of the log. Written in the transaction that writes the rows, so rows and position agree after any crash.
create table if not exists log_position (
    stage text not null,
    topic text not null,
    part int not null,
    next bigint not null check (next >= 0),
    primary key (stage, topic, part)
);
