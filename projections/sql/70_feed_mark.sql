-- One mark for each statement an agency made, as quality judges it: states and days, and nothing of a child. Kept for 400 days; it cannot be made anew once the agency's topic has forgotten the statement.
create table if not exists feed_mark (
    topic text not null,
    part smallint not null,
    log_offset bigint not null,
    agency text not null,
    source_system text not null,
    received timestamptz not null,
    day date not null,
    event_type text not null,
    happened date,
    nhs_number text not null,
    upn text not null,
    in_order boolean,
    weekend boolean,
    codes_known boolean,
    days_to_arrive int,
    refused text,
    primary key (topic, part, log_offset)
);
create index if not exists feed_mark_window on feed_mark (agency, source_system, day);
create index if not exists feed_mark_day on feed_mark (day);
create index if not exists feed_mark_refused on feed_mark (agency, source_system, day) where refused is not null;
