"""The SSDA903 return on looked-after children: each CSV file of the set is read by itself, by the table below.

Columns as the guides of 2017 to 2025 have them (URN and the social workers' file came later and may be absent). Days are DD/MM/YYYY. Codes are told as they
stand; `ssda903_codes` has their meanings. Where a child lives (postcodes, the provider's URN) goes into the body alone, as sensitive, and never into the
envelope's address, by which others would look the child up.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.cin_editions import told as told_code
from connectors.fixed_columns import Cell, Row, Sheet, Told, day_number, number, said, text, yes_no

AGENCY = "childrens_social_care"
SOURCE_SYSTEM = "ssda903"
NO_UPN = re.compile(r"UN[0-9]{1,2}")
LIVING = ("home_postcode", "placement_postcode", "provider_urn")
HEALTH_ACTIVITIES = frozenset({"G4", "G6"})
"""Activities of a care leaver that tell of health: illness or disability, pregnancy or parenting."""

AGGREGATED = ("LA", "YEAR")
"""Columns that regional tools add; they tell nothing of the child."""

Judge = Callable[[Mapping[str, Any]], str]


def _nothing(_row: Row) -> None:
    return None


def _sex(row: Row) -> str | None:
    """Read 1 and 2, or M and F as later years have them, into the same letters."""
    return told_code("Sex", row["SEX"]) if row["SEX"] else None


def _upn(row: Row) -> str | None:
    """Read the UPN; a code for why there is none is none."""
    found = row["UPN"]
    return None if not found or NO_UPN.fullmatch(found) else found


def _ethnicity(row: Row) -> str | None:
    return None if row["ETHNIC"] in ("", "NOBT", "REFU") else row["ETHNIC"]


def _no_disabilities(_row: Row) -> list[str]:
    return []


def _is_parent(row: Row) -> bool:
    return row["MOTHER"] == "1" or bool(row["MC_DOB"])


def _is_scored(row: Row) -> bool:
    return bool(row["SDQ_SCORE"] or row["SDQ_REASON"])


def _of_whereabouts(body: Mapping[str, Any]) -> str:
    return "SENSITIVE" if any(body[name] for name in LIVING) else "ROUTINE"


def _of_activity(body: Mapping[str, Any]) -> str:
    return "SENSITIVE" if body["activity"] in HEALTH_ACTIVITIES else "ROUTINE"


def _sensitive(_body: Mapping[str, Any]) -> str:
    return "SENSITIVE"


def _routine(_body: Mapping[str, Any]) -> str:
    return "ROUTINE"


def _told(event_type: str, kind: str, day: str, judge: Judge = _routine, /, **fields: Cell) -> Told:
    return Told(event_type, kind, {**fields, "summary": _nothing}, day, sensitivity=judge)


def _in_year(event_type: str, kind: str, judge: Judge = _sensitive, /, **fields: Cell) -> Told:
    return Told(event_type, kind, {**fields, "summary": _nothing}, in_period=True, sensitivity=judge)


def _sheet(name: str, population: str, columns: str, *told: Told, **more: Any) -> Sheet:
    born: dict[str, Cell] = {"date_of_birth": day_number("DOB")} if "DOB" in columns.split() else {}
    return Sheet(
        name=name.replace("_", "-"),
        title=f"{name}.csv of the SSDA903 looked-after return",
        agency=AGENCY,
        source_system=SOURCE_SYSTEM,
        prefix="903",
        population=population,
        columns=tuple(columns.split()),
        local_id="CHILD",
        child={**born, **more.get("child", {})},
        told=told,
        optional=(*more.get("optional", ()), *AGGREGATED),
    )


LOOKED_AFTER = "children looked after by the authority"

HEADER = _sheet(
    "header",
    LOOKED_AFTER,
    "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB",
    Told(
        "ChildCharacteristicsRecorded",
        "header",
        {"ethnicity": _ethnicity, "disabilities": _no_disabilities, "first_language": _nothing},
        in_period=True,
        sensitivity=_sensitive,
    ),
    Told(
        "ParenthoodRecorded",
        "parenthood",
        {"child_born_on": day_number("MC_DOB"), "summary": _nothing},
        day="MC_DOB",
        in_period=True,
        when=_is_parent,
        sensitivity=_sensitive,
    ),
    child={"sex": _sex, "upn": _upn},
)

EPISODES = _sheet(
    "episodes",
    LOOKED_AFTER,
    "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST",
    _told(
        "LookedAfterEpisodeStarted",
        "episode-started",
        "DECOM",
        _of_whereabouts,
        reason=said("RNE"),
        legal_status=said("LS"),
        category_of_need=said("CIN"),
        placement_type=said("PLACE"),
        placement_provider=text("PLACE_PROVIDER"),
        home_postcode=text("HOME_POST"),
        placement_postcode=text("PL_POST"),
        provider_urn=text("URN"),
    ),
    _told(
        "LookedAfterEpisodeEnded",
        "episode-ended",
        "DEC",
        reason=said("REC"),
        reason_place_change=text("REASON_PLACE_CHANGE"),
    ),
    optional=("URN",),
)

REVIEWS = _sheet(
    "reviews",
    LOOKED_AFTER,
    "CHILD DOB REVIEW REVIEW_CODE",
    _told("LookedAfterReviewHeld", "review", "REVIEW", participation=said("REVIEW_CODE")),
)

UASC = _sheet(
    "uasc",
    "looked-after children who are or were unaccompanied asylum seekers",
    "CHILD SEX DOB DUC",
    _in_year(
        "UnaccompaniedAsylumSeekerRecorded",
        "unaccompanied",
        ceases_on=day_number("DUC"),
    ),
    child={"sex": _sex},
)

OC2 = _sheet(
    "oc2",
    "children looked after for the whole year",
    "CHILD DOB SDQ_SCORE SDQ_REASON CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE "
    "INTERVENTION_RECEIVED INTERVENTION_OFFERED",
    _in_year(
        "LookedAfterOutcomesRecorded",
        "outcomes",
        convicted=yes_no("CONVICTED"),
        developmental_check=yes_no("HEALTH_CHECK"),
        immunisations_up_to_date=yes_no("IMMUNISATIONS"),
        dental_check=yes_no("TEETH_CHECK"),
        health_assessment=yes_no("HEALTH_ASSESSMENT"),
        substance_misuse=yes_no("SUBSTANCE_MISUSE"),
        intervention_received=yes_no("INTERVENTION_RECEIVED"),
        intervention_offered=yes_no("INTERVENTION_OFFERED"),
    ),
    Told(
        "StrengthsAndDifficultiesScored",
        "strengths-and-difficulties",
        {
            "score": number("SDQ_SCORE"),
            "reason_not_scored": text("SDQ_REASON"),
            "completed_by": _nothing,
            "summary": _nothing,
        },
        in_period=True,
        when=_is_scored,
        sensitivity=_sensitive,
    ),
)

OC3 = _sheet(
    "oc3",
    "care leavers whose birthday fell within the year",
    "CHILD DOB IN_TOUCH ACTIV ACCOM",
    _in_year(
        "CareLeaverStatusRecorded",
        "care-leaver",
        _of_activity,
        in_touch=said("IN_TOUCH"),
        activity=text("ACTIV"),
        accommodation=text("ACCOM"),
    ),
)

AD1 = _sheet(
    "ad1",
    "children adopted from care within the year",
    "CHILD DOB DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR",
    _told("AdoptionDecided", "ad1-decided", "DATE_INT", _sensitive, reasons=_nothing),
    _told("AdoptersMatched", "ad1-matched", "DATE_MATCH", _sensitive, adopters=number("NB_ADOPTR")),
    _in_year(
        "AdoptionCompleted",
        "ad1-adopted",
        decided_on=day_number("DATE_INT"),
        matched_on=day_number("DATE_MATCH"),
        former_foster_carer=yes_no("FOSTER_CARE"),
        adopters=number("NB_ADOPTR"),
        adopters_sex=text("SEX_ADOPTR"),
        adopters_legal_status=text("LS_ADOPTR"),
    ),
)

PLACED_FOR_ADOPTION = _sheet(
    "placed_for_adoption",
    "children whom it was decided to place for adoption",
    "CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED",
    # DATE_PLACED is the day of the decision that the child should be placed; where and when the child was placed is in the episodes.
    _told("AdoptionDecided", "adoption-decided", "DATE_PLACED", _sensitive, reasons=_nothing),
    _told(
        "AdoptionPlacementEnded",
        "adoption-ended",
        "DATE_PLACED_CEASED",
        _sensitive,
        reason=said("REASON_PLACED_CEASED"),
    ),
)

PREVIOUS_PERMANENCE = _sheet(
    "previous_permanence",
    LOOKED_AFTER,
    "CHILD DOB PREV_PERM LA_PERM DATE_PERM",
    _in_year(
        "PreviousPermanenceRecorded",
        "previous-permanence",
        kind=said("PREV_PERM"),
        authority=text("LA_PERM"),
        date_as_told=text("DATE_PERM"),
    ),
)

MISSING = _sheet(
    "missing",
    "looked-after children who were missing or away without authorisation",
    "CHILD DOB MISSING MIS_START MIS_END",
    _told(
        "MissingEpisodeStarted",
        "missing-started",
        "MIS_START",
        kind=said("MISSING"),
        missing_from=_nothing,
        risk=_nothing,
    ),
    _told(
        "MissingEpisodeEnded",
        "missing-ended",
        "MIS_END",
        kind=said("MISSING"),
        found_at=_nothing,
        harm_while_missing=_nothing,
    ),
)

SOCIAL_WORKERS = _sheet(
    "sw_episodes",
    LOOKED_AFTER,
    "CHILD DOB SW_ID SW_DECOM SW_DEC SW_REASON",
    _told("SocialWorkerAllocated", "worker-allocated", "SW_DECOM", worker=said("SW_ID"), reason=text("SW_REASON")),
    _told("SocialWorkerAllocationEnded", "worker-ended", "SW_DEC", worker=said("SW_ID"), reason=_nothing),
)

SHEETS: tuple[Sheet, ...] = (
    HEADER,
    EPISODES,
    REVIEWS,
    UASC,
    OC2,
    OC3,
    AD1,
    PLACED_FOR_ADOPTION,
    PREVIOUS_PERMANENCE,
    MISSING,
    SOCIAL_WORKERS,
)
FORMATS = tuple(sheet.format() for sheet in SHEETS)
"""One format for each file of the set, known by its heading line."""
