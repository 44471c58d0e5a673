"""An analyst asks: the one door to a record. Decide, record, open, redact."""
