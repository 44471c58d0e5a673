"""One visit to one page: who, with what session, what was filled in; and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from apps.web.parts import WebParts
from apps.web.rendering import rendered
from apps.web.sessions import Enquiry, Session
from query.door import Refused, StaffMember

MOST_FIELDS = 200
PARTS = (
    ("", "Summary"),
    ("/chronology", "Chronology"),
    ("/curated", "Curated"),
    ("/timeline", "Timeline"),
    ("/contradictions", "Contradictions"),
    ("/gaps", "Gaps"),
    ("/family", "Family"),
    ("/known", "As known then"),
    ("/difference", "Difference"),
    ("/disclosures", "Who was shown what (for auditors)"),
    ("/download", "Download"),
)
ONLY_FOR: Mapping[str, frozenset[str]] = {"/disclosures": frozenset({"auditor"})}
"""Parts that no rule opens to other roles than these: nobody is led to a page that can only refuse."""
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in: texts by field, in their order."""

    fields: Mapping[str, list[str]] = field(default_factory=dict, repr=False)

    def one(self, name: str) -> str:
        """Give a field's first text without blanks around it; empty where there is none."""
        return self.fields.get(name, [""])[0].strip()

    def many(self, name: str) -> frozenset[str]:
        """Give all texts of a field."""
        return frozenset(self.fields.get(name, []))


def read_form(body: bytes) -> Form:
    """Read a form as browsers send it; HTTPException 400 when it is none."""
    try:
        return Form(parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(400) from None


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that is not as expected: its id on the page, and a sentence that does not repeat what it held."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one person, past the checks of `apps.web.entrance`; `places` are the parts of the address that its route names, `page` is the address of a page of ours that one can come back to."""

    web: WebParts
    session_id: str = field(repr=False)
    session: Session = field(repr=False)
    staff: StaffMember | None
    form: Form = field(repr=False)
    places: Mapping[str, str] = field(repr=False)
    page: str | None = field(default=None, repr=False)

    @property
    def member(self) -> StaffMember:
        """Give who is signed in; no page that asks for it is reached without."""
        if self.staff is None:
            raise HTTPException(403)
        return self.staff

    @property
    def parts_of_record(self) -> tuple[tuple[str, str], ...]:
        """List the parts of a child's record that rules can open to this role: the end of each one's address, and its name."""
        return tuple(one for one in PARTS if self.member.person.role in ONLY_FOR.get(one[0], {self.member.person.role}))

    @property
    def remedy(self) -> str | None:
        """Give the end of the address that a refused person can be led to instead; None where that is refused as well, or is the page that was."""
        offered = {end for end, _ in self.parts_of_record}
        return next((end for end in ONLY_FOR if end in offered and end not in (self.page or "")), None)

    def place(self, name: str) -> UUID:
        """Give a pseudonym or an event id of the address; HTTPException 404 when it is none."""
        try:
            return UUID(self.places[name])
        except ValueError:
            raise HTTPException(404) from None

    def enquiry(self, child: UUID) -> Enquiry | None:
        """Give what this person asks about a child; None until a purpose is stated."""
        return self.session.enquiries.get(child)

    def asks(self, child: UUID, enquiry: Enquiry) -> None:
        """Remember what this person asks about a child."""

        def change(session: Session) -> Session:
            return replace(session, enquiries={**session.enquiries, child: enquiry})

        self.web.sessions.change(self.session_id, change)

    def decides(self, pairs: frozenset[frozenset[UUID]]) -> None:
        """Remember which pairs this person decided whose decision has not taken effect yet."""
        self.web.sessions.change(self.session_id, lambda session: replace(session, decided=pairs))

    def wants(self) -> None:
        """Remember this page, to come back to it once a purpose is stated."""
        self.web.sessions.change(self.session_id, lambda session: replace(session, wanted=self.page))

    def come_back(self, place: str) -> Response:
        """Go on to the page of this place that was asked for before a purpose was stated, or to the place itself."""
        wanted = self.session.wanted or ""
        self.web.sessions.change(self.session_id, lambda session: replace(session, wanted=None))
        return go_to(wanted if wanted == place or wanted.startswith(f"{place}/") else place)

    def note(self, sentence: str) -> None:
        """Say a sentence at the top of the next page; nothing personal may be in it."""
        self.web.sessions.change(self.session_id, lambda session: replace(session, notice=sentence))


Page = Callable[[Visit], Response]


def show(visit: Visit, template: str, status: int = 200, **words: Any) -> Response:
    """Answer with a page; what was to be said at the top of the next one is said in it."""
    notice = visit.session.notice
    if notice is not None:
        visit.web.sessions.change(visit.session_id, lambda session: replace(session, notice=None))
    return HTMLResponse(
        rendered(template, visit=visit, notice=notice, styles=visit.web.styles.address, **words), status
    )


def go_to(path: str) -> Response:
    """Send the browser on, so that reloading asks and does nothing twice."""
    return RedirectResponse(path, SEE_OTHER)


def show_refused(visit: Visit, refused: Refused) -> Response:
    """Answer with the rules that refused and their sentences; the refusal is recorded already."""
    return show(visit, "refused.html", 403, refused=refused)
