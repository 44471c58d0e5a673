-- By which a strand is found by others that are like it: keyed digests, of which only equality can be seen.
create table if not exists block (
    token bytea not null check (octet_length(token) = 16),
    strand uuid not null,
    primary key (token, strand)
);
create index if not exists block_strand on block (strand);
