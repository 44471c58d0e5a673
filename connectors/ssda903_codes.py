"""What the codes of the SSDA903 return mean, for people to read: the reader tells codes as they stand.

As a public data model and validator of about 2019 to 2023 have them; which year added which was not compared, since no schema of the return was at hand.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code of one column, and its meaning in a few words."""

    column: str
    code: str
    meaning: str


def _codes(column: str, *codes: tuple[str, str]) -> list[CodeRow]:
    return [CodeRow(column, code, meaning) for code, meaning in codes]


SSDA903_CODES: tuple[CodeRow, ...] = (
    *_codes(
        "RNE",
        ("S", "started to be looked after"),
        ("L", "change of legal status only"),
        ("P", "change of placement and carer only"),
        ("T", "change of placement, same carer"),
        ("B", "change of legal status, placement and carer"),
        ("U", "change of legal status and placement, same carer"),
    ),
    *_codes(
        "LS",
        ("C1", "interim care order"),
        ("C2", "full care order"),
        ("D1", "freeing order"),
        ("E1", "placement order"),
        ("J1", "on remand"),
        ("J2", "accommodated under the Police and Criminal Evidence Act 1984"),
        ("J3", "youth rehabilitation order with residence or intensive fostering"),
        ("L1", "police protection, in the authority's accommodation"),
        ("L2", "emergency protection order"),
        ("L3", "child assessment order, in the authority's accommodation"),
        ("V2", "accommodated under section 20"),
        ("V3", "short breaks, each recorded"),
        ("V4", "short breaks, the agreement recorded"),
    ),
    *_codes(
        "CIN",
        ("N1", "abuse or neglect"),
        ("N2", "the child's disability"),
        ("N3", "a parent's illness or disability"),
        ("N4", "family in acute stress"),
        ("N5", "family dysfunction"),
        ("N6", "socially unacceptable behaviour"),
        ("N7", "low income"),
        ("N8", "absent parenting"),
    ),
    *_codes(
        "PLACE",
        ("A3", "placed for adoption with consent, with the current foster carer"),
        ("A4", "placed for adoption with consent, not with the current foster carer"),
        ("A5", "placed for adoption under a placement order, with the current foster carer"),
        ("A6", "placed for adoption under a placement order, not with the current foster carer"),
        ("H5", "semi-independent accommodation"),
        ("K1", "secure children's home"),
        ("K2", "children's home"),
        ("P1", "with own parents"),
        ("P2", "independent living"),
        ("P3", "residential employment"),
        ("R1", "residential care home"),
        ("R2", "health service establishment"),
        ("R3", "family centre or mother and baby unit"),
        ("R5", "young offender institution"),
        ("S1", "residential school"),
        ("T0", "temporary move of any type"),
        ("T1", "temporarily in hospital"),
        ("T2", "temporarily on holiday"),
        ("T3", "temporary, while the foster carer is on holiday"),
        ("T4", "temporary, up to seven days, for another reason"),
        ("U1", "fostered by a relative or friend, long term"),
        ("U2", "fostered by a relative or friend who may adopt"),
        ("U3", "fostered by a relative or friend, otherwise"),
        ("U4", "fostered by another carer, long term"),
        ("U5", "fostered by another carer who may adopt"),
        ("U6", "fostered by another carer, otherwise"),
        ("Z1", "other"),
    ),
    *_codes(
        "PLACE_PROVIDER",
        ("PR0", "parents"),
        ("PR1", "the authority itself"),
        ("PR2", "another authority"),
        ("PR3", "other public body"),
        ("PR4", "private"),
        ("PR5", "voluntary"),
    ),
    *_codes(
        "REC",
        ("E11", "adopted, unopposed"),
        ("E12", "adopted, consent dispensed with"),
        ("E13", "left to live with a relative or other without parental responsibility"),
        ("E14", "remand ended"),
        ("E15", "found by age assessment to be adult"),
        ("E16", "moved abroad"),
        ("E17", "turned eighteen and stayed with the carer"),
        ("E2", "died"),
        ("E3", "care taken over by another authority"),
        ("E41", "residence or child arrangements order"),
        ("E45", "special guardianship, to a former foster carer who is a relative or friend"),
        ("E46", "special guardianship, to another former foster carer"),
        ("E47", "special guardianship, to another relative or friend"),
        ("E48", "special guardianship, to another carer"),
        ("E4A", "returned home as planned"),
        ("E4B", "returned home, not as planned"),
        ("E5", "independent living with support"),
        ("E6", "independent living without support"),
        ("E7", "to residential care of adult social care"),
        ("E8", "any other reason"),
        ("E9", "sentenced to custody"),
        ("X1", "a new episode began the same day"),
    ),
    *_codes(
        "REASON_PLACE_CHANGE",
        ("ALLEG", "allegation (section 47)"),
        ("APPRR", "approval removed"),
        ("CARPL", "the care plan"),
        ("CHILD", "the child asked"),
        ("CLOSE", "carer resigned or provision closed"),
        ("CREQB", "the carer asked, because of the child's behaviour"),
        ("CREQO", "the carer asked, for another reason"),
        ("CUSTOD", "custody"),
        ("LAREQ", "an authority asked"),
        ("OTHER", "other"),
        ("PLACE", "the placement's status changed only"),
        ("STAND", "concern about standards of care"),
    ),
    *_codes(
        "REVIEW_CODE",
        ("PN0", "under four"),
        ("PN1", "attended and spoke"),
        ("PN2", "attended, an advocate spoke"),
        ("PN3", "attended, made views known otherwise"),
        ("PN4", "attended, made no views known"),
        ("PN5", "did not attend, an advocate was briefed"),
        ("PN6", "did not attend, made views known otherwise"),
        ("PN7", "did not attend, made no views known"),
    ),
    *_codes("MISSING", ("M", "missing"), ("A", "away without authorisation")),
    *_codes(
        "REASON_PLACED_CEASED",
        ("RD1", "the child's needs changed"),
        ("RD2", "the court made no placement order"),
        ("RD3", "no adopters were found"),
        ("RD4", "other"),
    ),
    *_codes(
        "SDQ_REASON",
        ("SDQ1", "not of the age"),
        ("SDQ2", "the carer refused"),
        ("SDQ3", "not possible because of the child's disability"),
        ("SDQ4", "other"),
        ("SDQ5", "the child refused"),
    ),
    *_codes(
        "IN_TOUCH",
        ("YES", "in touch"),
        ("NO", "not in touch"),
        ("DIED", "died after leaving care"),
        ("REFU", "refuses contact"),
        ("NREQ", "needs no services"),
        ("RHOM", "returned home"),
    ),
    *_codes(
        "PREV_PERM",
        ("P1", "adoption"),
        ("P2", "special guardianship order"),
        ("P3", "residence or child arrangements order"),
        ("P4", "not known which"),
        ("Z1", "none before"),
    ),
)
"""For the catalogue page, beside the census's table."""
