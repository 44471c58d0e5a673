-- The edition of the weights with which the matching worker compares: one row; with another edition everybody is compared anew.
create table if not exists compared_edition (
    single boolean primary key default true check (single),
    edition text not null
);
