-- Whoever seals may find keys and add keys; whoever opens may find keys. Nobody changes one, and only the owner destroys.
revoke all on child_key, entry_key from public, mash_sealer, mash_opener;
grant select, insert on child_key, entry_key to mash_sealer;
grant select on child_key, entry_key to mash_opener;
