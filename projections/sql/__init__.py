"""The tables of the main database, one file an object, applied in name order; files from 90 on may be run again."""
