"""Views of records: a household, a family, what one agency knew, what changed between two moments, what another was shown. Each through the one door."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import FastAPI, Path
from fastapi.responses import Response
from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from apps.api.errors import say_refused
from apps.api.records import ANSWERS, Asked, AskedToOpen, Pseudonym, in_utc
from apps.api.signing_in import Parts, Staff
from query.as_shown import AsShown, see_as_shown
from query.difference import Moments, OpenedDifference, open_difference
from query.door import Refused
from query.family import open_family
from query.household import OpenedHousehold, open_household
from query.known_then import KnownTo, OpenedAgencyKnowledge, open_as_agency_knew
from schemas.topics import AGENCIES

MOST_CHILDREN = 20
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Disclosed = Annotated[
    UUID, Path(description="The id of a disclosure, as the answer or the list of disclosures gives it.")
]


def known_agency(agency: str) -> str:
    """Let only agencies of the hub through."""
    if agency not in AGENCIES:
        raise ValueError(f"expected one of {', '.join(AGENCIES)}, found another; correct it")
    return agency


class AskedForFamily(AskedToOpen):
    """Which other children are opened beside this one, why, and as it was known when."""

    others: list[UUID] = Field(
        min_length=1,
        max_length=MOST_CHILDREN - 1,
        description="The other children's pseudonyms, as a household gives them.",
    )


class AskedForDifference(Asked):
    """Two moments of the hub's knowledge, and why they are compared."""

    earlier: Moment = Field(description="The earlier moment, with its offset.")
    later: Moment = Field(description="The later moment, with its offset.")

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Refuse moments the wrong way round."""
        self.moments()
        return self

    def moments(self) -> Moments:
        """Give the two moments; ValueError when they are the wrong way round."""
        return Moments(self.earlier, self.later)


class AskedAsKnownTo(Asked):
    """Whose knowledge is asked for, at which moment, and why."""

    agency: Annotated[str, AfterValidator(known_agency)] = Field(description=f"One of {', '.join(AGENCIES)}.")
    moment: Moment = Field(description="The moment, with its offset.")


def add_views(app: FastAPI) -> None:
    """Add the views of records."""
    asked = (
        (
            "/children/{pseudonym}/household",
            household,
            "Open a child's household: who lives there, and which other children",
        ),
        ("/children/{pseudonym}/family", family, "Open a child's and other children's chronologies beside each other"),
        ("/children/{pseudonym}/difference", difference, "Say what changed in a child's record between two moments"),
        ("/children/{pseudonym}/as-known-to", as_known_to, "Open a child's record as one agency knew it at a moment"),
        (
            "/disclosures/{disclosure}/as-shown",
            as_shown,
            "Say what one disclosure showed, and whether the same comes out again",
        ),
    )
    for path, endpoint, summary in asked:
        app.add_api_route(path, endpoint, methods=["POST"], summary=summary, tags=["records"], responses=ANSWERS)


def household(pseudonym: Pseudonym, asked: AskedToOpen, staff: Staff, parts: Parts) -> Response:
    """Open a child's household for a stated purpose, as it is known now or was known at a moment."""
    with parts.desk() as desk:
        return _shown(open_household(desk.views, staff, pseudonym, asked.purpose, asked.as_known_at))


def family(pseudonym: Pseudonym, asked: AskedForFamily, staff: Staff, parts: Parts) -> Response:
    """Open several children's records, each by its own decision and disclosure; a child that is refused stands in the answer as refused."""
    with parts.desk() as desk:
        opened = open_family(desk.door, staff, [pseudonym, *asked.others], asked.purpose, asked.as_known_at)
    refused = [one.refused for one in opened.view.members if one.refused is not None]
    if len(refused) == len(opened.view.members):
        return say_refused(refused[0])
    return _json(opened.shown)


def difference(pseudonym: Pseudonym, asked: AskedForDifference, staff: Staff, parts: Parts) -> Response:
    """Say what was added, corrected, withdrawn, linked and separated between two moments; both openings are recorded."""
    with parts.desk() as desk:
        return _shown(open_difference(desk.door, staff, pseudonym, asked.purpose, asked.moments()))


def as_known_to(pseudonym: Pseudonym, asked: AskedAsKnownTo, staff: Staff, parts: Parts) -> Response:
    """Open a child's record as one agency knew it: its own entries, and what the hub had shown to its people."""
    with parts.desk() as desk:
        known_to = KnownTo(asked.agency, asked.moment)
        return _shown(open_as_agency_knew(desk.views, staff, pseudonym, asked.purpose, known_to))


def as_shown(disclosure: Disclosed, asked: Asked, staff: Staff, parts: Parts) -> Response:
    """Say what a disclosure showed: to an auditor whether the same bytes come out, to a reader of every entry in it the bytes too."""
    with parts.desk() as desk:
        return _shown(see_as_shown(desk.views, staff, disclosure, asked.purpose))


def _shown(answer: OpenedHousehold | OpenedDifference | OpenedAgencyKnowledge | AsShown | Refused) -> Response:
    return say_refused(answer) if isinstance(answer, Refused) else _json(answer.shown)


def _json(shown: bytes) -> Response:
    return Response(shown, media_type="application/json")
