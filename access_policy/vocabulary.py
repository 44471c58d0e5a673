"""The words of the rules: who may ask, for what purpose, about what, and what can be owed in return."""

ROLES = ("analyst", "auditor", "feed_owner", "governance", "operator", "practitioner")
PURPOSES = ("safeguarding_enquiry", "strategy_discussion", "assessment", "case_review", "audit", "data_quality")
"""The published purposes, one of which whoever asks has to state."""

CLEARANCES = ("identity", "locked", "police_intelligence", "quarantine", "sealed", "sensitive_health")
"""What somebody is cleared for beyond their role; `quarantine` and `identity` are duties, to settle what was refused and who is who."""

SENSITIVITIES = ("ROUTINE", "SENSITIVE", "RESTRICTED")
SEALS = ("OPEN", "SEALED", "LOCKED")
ASSERTIONS = ("FACT", "OPINION", "ANALYSIS")

OPEN_RECORD = "open_record"
KNOW_OF_ENTRY = "know_of_entry"
READ_ENTRY = "read_entry"
VERIFY_LEDGER = "verify_ledger"
SEE_DISCLOSURES = "see_disclosures"
SEE_ALERTS = "see_alerts"
FIND_CHILD = "find_child"
LIST_QUARANTINE = "list_quarantine"
SHOW_QUARANTINED = "show_quarantined"
REDRIVE_QUARANTINED = "redrive_quarantined"
DISCARD_QUARANTINED = "discard_quarantined"
SEE_IDENTITY = "see_identity"
DECIDE_IDENTITY = "decide_identity"
SEE_WRONG_VIEWS = "see_wrong_views"
SETTLE_CONTRADICTION = "settle_contradiction"
CURATE_CHRONOLOGY = "curate_chronology"
EXPORT_RECORD = "export_record"

RECORD_DISCLOSURE = "record_disclosure"
"""Owed by whoever shows something: a disclosure record is durable before anything is shown."""

NAME_WHOM_TO_ASK = "name_whom_to_ask"
"""Owed by whoever counts a withheld entry: the agency to ask is named with the count."""

OBLIGATIONS = frozenset({RECORD_DISCLOSURE, NAME_WHOM_TO_ASK})
"""What the hub is able to discharge; a rule that asks for more is refused at the decision."""
