-- Which entries speak of the same household: keyed fingerprints (HMAC, 16 bytes) of addresses, agencies' ids of households, and people by name and date of birth.
create table if not exists household_token (
    token bytea not null,
    kind text not null,
    strand uuid not null,
    event_id uuid not null,
    primary key (token, event_id)
);
create index if not exists household_token_event on household_token (event_id);
