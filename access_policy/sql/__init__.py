"""The tables of the key database, one file an object; files from 90 on may be run again."""
