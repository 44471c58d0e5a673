"""Who is who: the questions that wait for a person, the two sides of one, deciding, and who saw two children as one. Each through the one door."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import Field, model_validator

from apps.api.errors import Sentence, say_refused
from apps.api.records import ANSWERS, Asked, Pseudonym
from apps.api.signing_in import Parts, Staff
from query.door import Refused
from query.identity_decide import LONGEST_REASON, Deciding, Splitting, decide_identity
from query.identity_review import ShownIdentity, list_questions, open_parts, open_question
from query.wrong_views import wrong_views

MOST_ENTRIES = 100
DECIDED: dict[int | str, dict[str, Any]] = {
    **ANSWERS,
    409: {"model": Sentence, "description": "It cannot be shown or decided; the sentence says why and what to do."},
    503: {
        "model": Sentence,
        "description": "It could not be recorded or written, a part is away, or everything is being rebuilt.",
    },
}
Record = Annotated[UUID, Field(description="A record's id, as a question or `POST /children/find` gives it.")]


class AskedOfTwo(Asked):
    """Two records, and why they are looked at."""

    left: Record
    right: Record


class AskedToDecide(Asked):
    """What is decided of two records, or of a part of one, for which reason, and why it was looked at."""

    action: Literal["LINK", "KEEP_APART", "DEFER", "SPLIT"] = Field(
        description="LINK, KEEP_APART and DEFER are of two records; SPLIT takes `entries` off `left`."
    )
    left: Record
    right: Record | None = Field(default=None, description="The other record; left out where one is split.")
    entries: list[UUID] = Field(
        default=[],
        max_length=MOST_ENTRIES,
        description="For SPLIT: an entry of each part that is another child's; all that its agency told under the same own id goes with it.",
    )
    reason: str = Field(max_length=LONGEST_REASON, repr=False, description="Why, in a sentence; it is kept sealed.")

    @model_validator(mode="after")
    def fits(self) -> Self:
        """Refuse a decision that names too little or too much."""
        self.decision()
        return self

    def decision(self) -> Deciding | Splitting:
        """Give what is decided; ValueError when it names too little or too much."""
        if self.action == "SPLIT":
            if self.right is not None:
                raise ValueError("expected one record to split, found two; leave out right")
            return Splitting(self.left, tuple(self.entries), self.reason)
        if self.right is None or self.entries:
            raise ValueError("expected two records and no entries, found others; name left and right")
        return Deciding(self.action, self.left, self.right, self.reason)


def add_identity(app: FastAPI) -> None:
    """Add who is who."""
    asked = (
        ("/identity/questions", questions, "List the questions of who is who"),
        ("/identity/questions/open", open_two, "Show two records side by side, field by field"),
        ("/identity/decide", decide, "Link two records, keep them apart, defer, or split one"),
        ("/identity/wrong-views", wrong, "Say who was shown two children as one"),
        ("/children/{pseudonym}/parts", parts_of, "Show the parts of a record that can be split off"),
    )
    for path, endpoint, summary in asked:
        app.add_api_route(path, endpoint, methods=["POST"], summary=summary, tags=["identity"], responses=DECIDED)


def questions(asked: Asked, staff: Staff, parts: Parts) -> Response:
    """List the questions on both of whose sides you may know of an entry, at most 200, the likeliest first."""
    with parts.desk() as desk:
        return _shown(list_questions(desk.identity, staff, asked.purpose))


def open_two(asked: AskedOfTwo, staff: Staff, parts: Parts) -> Response:
    """Show two records side by side, from the entries that you read; protected addresses are not shown."""
    with parts.desk() as desk:
        return _shown(open_question(desk.identity, staff, asked.left, asked.right, asked.purpose))


def decide(asked: AskedToDecide, staff: Staff, parts: Parts) -> Response:
    """Decide who is who; where that keeps apart what was linked, the answer names the agencies that are told."""
    with parts.desk() as desk:
        return _shown(decide_identity(desk.identity, staff, asked.decision(), asked.purpose))


def wrong(asked: AskedOfTwo, staff: Staff, parts: Parts) -> Response:
    """Say who was shown two children as one, when, for what purpose, and whose entries those were."""
    with parts.desk() as desk:
        return _shown(wrong_views(desk.identity, staff, asked.left, asked.right, asked.purpose))


def parts_of(pseudonym: Pseudonym, asked: Asked, staff: Staff, parts: Parts) -> Response:
    """Show what each agency told under each of its own ids of a child, of what you read."""
    with parts.desk() as desk:
        return _shown(open_parts(desk.identity, staff, pseudonym, asked.purpose))


def _shown(answer: ShownIdentity[Any] | Refused) -> Response:
    return say_refused(answer) if isinstance(answer, Refused) else Response(answer.shown, media_type="application/json")
