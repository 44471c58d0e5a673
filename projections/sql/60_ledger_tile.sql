-- The leaf hashes of one tree for each ledgered partition, 256 to a tile, 32 bytes each; only a tree's last tile may be shorter and grow. Wrong or lost, `mash verify` says so.
create table if not exists ledger_tile (
    topic text not null,
    part int not null check (part >= 0),
    tile bigint not null check (tile >= 0),
    hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
    primary key (topic, part, tile)
);
-- Hashes do not compress: keep the attempt out of every write.
alter table ledger_tile alter column hashes set storage external;
