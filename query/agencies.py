"""Agencies as people speak of them, and whom to ask there about what may not be shown."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "board": "board",
    "cafcass": "Cafcass",
    "childrens_social_care": "children's social care",
    "coroner": "coroner",
    "education": "education",
    "health": "health",
    "housing": "housing",
    "police": "police",
    "prisons": "prisons",
    "probation": "probation",
    "registrars": "registrars",
    "voluntary": "voluntary sector",
    "youth_offending": "youth offending",
}

WHOM_TO_ASK: Mapping[str, str] = {
    "board": "the board's business manager",
    "cafcass": "the Cafcass service manager, or the MASH representative of Cafcass",
    "childrens_social_care": "the duty team manager, or the MASH representative of children's social care",
    "coroner": "the coroner's officer",
    "education": "the school's designated safeguarding lead, or the MASH education representative",
    "health": "the health safeguarding lead, or the MASH health representative",
    "housing": "the housing safeguarding lead, or the MASH housing representative",
    "police": "the police public protection unit, or the MASH police representative",
    "prisons": "the prison's safeguarding lead, or the MASH representative of prisons",
    "probation": "the probation safeguarding lead, or the MASH probation representative",
    "registrars": "the superintendent registrar",
    "voluntary": "the organisation's safeguarding lead, or the MASH representative of the voluntary sector",
    "youth_offending": "the youth offending team manager, or the MASH youth offending representative",
}


def agency_in_words(agency: str) -> str:
    """Name an agency as people do; one that is not listed by its code in words."""
    return NAMES.get(agency, agency.replace("_", " "))


def whom_to_ask(agency: str) -> str:
    """Say whom to ask about an agency's entries; there is always someone, so that this can be owed."""
    return WHOM_TO_ASK.get(agency, f"the MASH representative of {agency_in_words(agency)}")
