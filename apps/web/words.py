"""The hub's codes in practitioners' words."""

from collections.abc import Mapping

PURPOSES: Mapping[str, str] = {
    "safeguarding_enquiry": "Safeguarding enquiry",
    "strategy_discussion": "Strategy discussion",
    "assessment": "Assessment",
    "case_review": "Case review",
    "audit": "Audit",
    "data_quality": "Data quality",
}
SIGNIFICANCES: Mapping[str, str] = {
    "ROUTINE": "Routine",
    "NOTABLE": "Notable",
    "SIGNIFICANT": "Significant",
    "CRITICAL": "Critical",
}
PROFILES: Mapping[str, str] = {"LIVE_WORK": "Live work", "CONFERENCE": "Conference", "REVIEW": "Review"}


def label(code: str) -> str:
    """Say a code as a heading: told_by_whom is Told by whom, LIVE_WORK is Live work."""
    spoken = code.replace("_", " ")
    if "_" in code and spoken.isupper():
        spoken = spoken.lower()
    return spoken[:1].upper() + spoken[1:]


def plain(text: str) -> str:
    """Give an agency's text without signs that move other text about: it must not look like a word of ours."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def purpose_in_words(purpose: str) -> str:
    """Say a published purpose; a new one by its code in words."""
    return PURPOSES.get(purpose, label(purpose))
