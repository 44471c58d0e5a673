-- When the hub received the entry, so that of many that share a fingerprint the newest are found first.
alter table household_token add column if not exists received timestamptz not null default 'epoch';
create index if not exists household_token_newest on household_token (token, received desc);
