"""The children-in-need census from edition to edition: which element holds what, since when, which codes it has, and what each means.

Read in the published schemas of 2021 to 2025 (a test compares them where they are at hand) and in the public specification of 2024 to 2025 (Sex instead of
GenderCurrent). For 2017 to 2020 no schema was at hand: what is said of them follows public validator code (18A and 19A before their split) and the
statistics of those years. For 2026 none was published yet; it is read as 2025.
"""

from dataclasses import dataclass

FIRST_EDITION, NEWEST_EDITION = 2017, 2026
ALL, TO_2020, TO_2024 = "2017-2026", "2017-2020", "2017-2024"
FROM_2021, FROM_2022, FROM_2023, FROM_2025 = "2021-2026", "2022-2026", "2023-2026", "2025-2026"


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One code (or, where `codes` is empty, one element) of some editions: what it is about, where it stands, and what it means.

    `told` is what the hub is told where the newest edition says it otherwise; empty where the code itself is told.
    """

    field: str
    editions: str
    element: str
    codes: str
    meaning: str
    told: str = ""

    def applies_to(self, edition: int) -> bool:
        """Whether this edition (the year of its reference date) has it."""
        first, _, last = self.editions.partition("-")
        return int(first) <= edition <= int(last)


def _codes(field: str, editions: str, element: str, *codes: tuple[str, str] | tuple[str, str, str]) -> list[EditionRow]:
    return [EditionRow(field, editions, element, *code) for code in codes]


EDITIONS_TABLE: tuple[EditionRow, ...] = (
    *_codes(
        "sex",
        TO_2024,
        "GenderCurrent",
        ("1", "male", "M"),
        ("2", "female", "F"),
        ("0", "not recorded, or unborn", "U"),
        ("9", "indeterminate", "U"),
    ),
    *_codes("sex", FROM_2025, "Sex", ("M", "male"), ("F", "female"), ("U", "unknown")),
    *_codes(
        "who referred",
        ALL,
        "ReferralSource",
        ("1A", "family member, relative or carer"),
        ("1B", "acquaintance, such as a neighbour or child minder"),
        ("1C", "the child"),
        ("1D", "another person, such as a stranger"),
        ("2A", "school"),
        ("2B", "education services"),
        ("3A", "general practitioner"),
        ("3B", "health visitor"),
        ("3C", "school nurse"),
        ("3D", "other primary health services"),
        ("3E", "emergency department"),
        ("3F", "other health services, such as a hospice"),
        ("4", "housing: local authority or association"),
        ("5A", "the authority's social care, such as for adults"),
        ("5B", "another department of the authority, such as youth offending"),
        ("5C", "another authority's services"),
        ("6", "police"),
        ("7", "other legal agency: court, probation, immigration, Cafcass, prison"),
        ("8", "other: children's centre, independent or voluntary body"),
        ("9", "anonymous"),
        ("10", "unknown"),
    ),
    *_codes("who referred", FROM_2023, "ReferralSource", ("5D", "the authority's early help")),
    *_codes(
        "primary need",
        ALL,
        "PrimaryNeedCode",
        ("N1", "abuse or neglect"),
        ("N2", "the child's disability"),
        ("N3", "a parent's disability or illness"),
        ("N4", "family in acute stress"),
        ("N5", "family dysfunction"),
        ("N6", "socially unacceptable behaviour"),
        ("N7", "low income"),
        ("N8", "absent parenting"),
        ("N9", "a case other than a child in need"),
        ("N0", "not stated"),
    ),
    *_codes(
        "reason for closure",
        ALL,
        "ReasonForClosure",
        ("RC1", "adopted"),
        ("RC2", "died"),
        ("RC3", "child arrangements order"),
        ("RC4", "special guardianship order"),
        ("RC5", "passed to another authority"),
        ("RC6", "passed to adult social care"),
        ("RC7", "services ceased for another reason, such as no longer in need"),
        ("RC8", "closed after assessment, no further action"),
    ),
    *_codes("reason for closure", FROM_2023, "ReasonForClosure", ("RC9", "closed after assessment, to early help")),
    *_codes(
        "category of abuse",
        ALL,
        "InitialCategoryOfAbuse",
        ("NEG", "neglect"),
        ("PHY", "physical abuse"),
        ("SAB", "sexual abuse"),
        ("EMO", "emotional abuse"),
        ("MUL", "more than one; not recommended"),
    ),
    EditionRow("category of abuse", ALL, "LatestCategoryOfAbuse", "", "the same codes, at the end of the plan"),
    *_codes(
        "assessment factor",
        ALL,
        "AssessmentFactors",
        ("1A", "alcohol: the child"),
        ("1B", "alcohol: a parent or carer"),
        ("1C", "alcohol: another in the household"),
        ("2A", "drugs: the child"),
        ("2B", "drugs: a parent or carer"),
        ("2C", "drugs: another in the household"),
        ("3A", "domestic abuse: of the child"),
        ("3B", "domestic abuse: of a parent or carer"),
        ("3C", "domestic abuse: of another in the household"),
        ("4A", "mental health: the child"),
        ("4B", "mental health: a parent or carer"),
        ("4C", "mental health: another in the household"),
        ("5A", "learning disability: the child"),
        ("5B", "learning disability: a parent or carer"),
        ("5C", "learning disability: another in the household"),
        ("6A", "physical disability or illness: the child"),
        ("6B", "physical disability or illness: a parent or carer"),
        ("6C", "physical disability or illness: another in the household"),
        ("7A", "young carer"),
        ("8B", "privately fostered: from overseas, means to return"),
        ("8C", "privately fostered: from overseas, means to stay"),
        ("8D", "privately fostered: UK child in an educational placement"),
        ("8E", "privately fostered: UK child, the family's own arrangement"),
        ("8F", "privately fostered: other"),
        ("9A", "unaccompanied asylum seeker"),
        ("10A", "going or being missing"),
        ("11A", "child sexual exploitation"),
        ("12A", "trafficking"),
        ("13A", "gangs"),
        ("14A", "socially unacceptable behaviour"),
        ("15A", "self-harm"),
        ("16A", "neglect"),
        ("17A", "emotional abuse"),
        ("20", "other"),
        ("21", "no factor, and no further action"),
        ("22A", "female genital mutilation"),
        ("23A", "abuse linked to faith or belief"),
    ),
    *_codes(
        "assessment factor",
        TO_2020,
        "AssessmentFactors",
        ("18A", "physical abuse, not said by whom; 18B or 18C since 2021, and told as 18A since it says no more"),
        ("19A", "sexual abuse, not said by whom; 19B or 19C since 2021, and told as 19A since it says no more"),
    ),
    *_codes(
        "assessment factor",
        FROM_2021,
        "AssessmentFactors",
        ("18B", "physical abuse, by another child"),
        ("18C", "physical abuse, by an adult"),
        ("19B", "sexual abuse, by another child"),
        ("19C", "sexual abuse, by an adult"),
    ),
    *_codes("assessment factor", FROM_2022, "AssessmentFactors", ("24A", "child criminal exploitation")),
    *_codes(
        "disability",
        ALL,
        "Disability",
        ("NONE", "none; told as an empty list"),
        ("MOB", "mobility"),
        ("HAND", "hand function"),
        ("PC", "personal care"),
        ("INC", "incontinence"),
        ("COMM", "communication"),
        ("LD", "learning"),
        ("HEAR", "hearing"),
        ("VIS", "vision"),
        ("BEH", "behaviour"),
        ("CON", "consciousness"),
        ("AUT", "autism"),
        ("DDA", "other"),
    ),
    *_codes(
        "ethnicity",
        ALL,
        "Ethnicity",
        ("WBRI", "White British"),
        ("WIRI", "White Irish"),
        ("WIRT", "Traveller of Irish heritage"),
        ("WOTH", "any other White background"),
        ("WROM", "Gypsy or Roma"),
        ("MWBC", "White and Black Caribbean"),
        ("MWBA", "White and Black African"),
        ("MWAS", "White and Asian"),
        ("MOTH", "any other mixed background"),
        ("AIND", "Indian"),
        ("APKN", "Pakistani"),
        ("ABAN", "Bangladeshi"),
        ("AOTH", "any other Asian background"),
        ("BCRB", "Caribbean"),
        ("BAFR", "African"),
        ("BOTH", "any other Black background"),
        ("CHNE", "Chinese"),
        ("OOTH", "any other ethnic group"),
        ("REFU", "refused; not told"),
        ("NOBT", "not yet obtained; not told"),
    ),
    *_codes(
        "conference not required",
        ALL,
        "ICPCnotRequired",
        ("0", "no", "false"),
        ("1", "yes", "true"),
        ("false", "no"),
        ("true", "yes"),
    ),
    EditionRow(
        "child in need plan", FROM_2022, "CINPlanDates", "", "began and ended; earlier editions have no such plans"
    ),
)
"""What the reader goes by and what the catalogue page shows, row for row."""

TOLD: dict[tuple[str, str], str] = {(row.element, row.codes): row.told or row.codes for row in EDITIONS_TABLE}
"""What each code is told as, by element and code; the newest edition's Sex is also found filled in with the codes of the earlier one."""


def told(element: str, code: str) -> str:
    """Give what a code is told as: the newest edition's code in its own spelling; one that no edition has stays as recorded."""
    older = TOLD.get(("GenderCurrent", code)) if element == "Sex" else None
    return older or TOLD.get((element, code)) or TOLD.get((element, code.upper())) or code
