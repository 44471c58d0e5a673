"""Who is who: exact identifiers at the door, and strands that are linked, kept apart and split by events."""
