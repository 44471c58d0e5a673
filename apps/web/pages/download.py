"""Taking a record out of the hub as a document."""

from typing import cast

from starlette.responses import Response

from apps.web.pages.record import asked_of, opening, show_part
from apps.web.visits import Fault, Visit, show_refused
from apps.web.words import PROFILES as PROFILES_IN_WORDS
from query.door import Refused
from query.outputs.document import FORMATS, PROFILES, Format, Output, Profile
from query.outputs.produce import Asked, produce_output

FORMATS_IN_WORDS = {
    "word": ("Word document", "For panels and meetings"),
    "excel": ("Excel workbook", "A row for each entry"),
    "csv": ("CSV file", "A row for each entry"),
    "html": ("Page to print", "Everything on one page"),
    "json": ("JSON file", "For programs"),
    "svg": ("Picture of the timeline", "An SVG file with a lane for each agency"),
}


def download_page(visit: Visit) -> Response:
    """Ask in which format, of which chronology, and whether people are named."""
    return _page(visit, ())


def download(visit: Visit) -> Response:
    """Give the document, whose digest its disclosure holds."""
    asked, form = asked_of(visit), visit.form
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    wanted, profile, people = form.one("format"), form.one("profile"), form.one("people")
    checks = (
        ("format", wanted in FORMATS, "Choose what you need"),
        ("profile", profile in PROFILES, "Choose which chronology"),
        ("people", people in {"named", "anonymised"}, "Choose whether people are named"),
    )
    faults = tuple(Fault(name, sentence) for name, good, sentence in checks if not good)
    if faults:
        return _page(visit, faults)
    output = Output(cast("Format", wanted), cast("Profile", profile), people == "anonymised")
    with visit.web.desk() as desk:
        made = produce_output(desk.door, visit.member, Asked(child, enquiry.purpose, enquiry.moment), output)
    if isinstance(made, Refused):
        return show_refused(visit, made)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)


def _page(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    found = opening(visit)
    if isinstance(found, Response):
        return found
    words = {
        "faults": faults,
        "formats": [(one, *FORMATS_IN_WORDS[one]) for one in ("word", "excel", "csv", "html", "json", "svg")],
        "profiles": [("automatic log", "Everything that you may see"), *PROFILES_IN_WORDS.items()],
        "form": visit.form,
    }
    return show_part(visit, found, "download.html", 422 if faults else 200, **words)
