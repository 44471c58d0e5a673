"""The timeline as a picture: SVG with a lane for each agency, made of escaped text alone, without script, style sheet or anything from elsewhere.

Each entry is a mark whose shape and colour say its significance; a time that is known no better than a few days is a bar from its earliest to its latest.
Corrections and withdrawals are no events. Labels are thinned until none lies on another; every mark has its words as a title of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from xml.sax.saxutils import escape

from projections.chronology.entry import Span
from projections.chronology.uncertain import span_order
from query.outputs.document import Document, Row
from query.outputs.timeline_scale import WIDTH, Scale, Tick, scale_of, ticks_of

LANE, TOP, LEFT, FOOT = 74.0, 74.0, 170.0, 60.0
TRACK, TRACKS, MARK = 13.0, 3, 5.0
LABEL_HEIGHT, LABEL_TRACKS, LETTER = 12.0, 2, 5.6
LONGEST_LABEL = 34
A_DAY = timedelta(days=1)
GREY = 'fill="#444444"'
FONT = 'font-family="Arial, Helvetica, sans-serif"'
SHAPES: Mapping[str | None, tuple[str, str, str]] = {
    None: ("circle", "#1d4f7a", "an entry"),
    "ROUTINE": ("circle", "#50646f", "routine"),
    "NOTABLE": ("square", "#1d4f7a", "notable"),
    "SIGNIFICANT": ("triangle", "#8a4b00", "significant"),
    "CRITICAL": ("diamond", "#a3120a", "critical"),
}
"""Shape, colour (each at least 4.5 to 1 on white) and word of each significance; None where nobody judged it."""

Placed = tuple[Row, Span]
Taken = list[tuple[float, float]]


def timeline_svg(document: Document, *, links: bool = False) -> str:
    """Draw a document's entries; with `links` each mark leads to `#event-` and the entry's id in hex, for a page that holds both."""
    placed = [(row, row.placed) for row in document.rows if row.placed is not None]
    lanes = sorted({row.agency for row, _ in placed})
    scale = scale_of([span for _, span in placed], LEFT)
    height = TOP + LANE * max(len(lanes), 1) + FOOT
    said = "".join(
        [
            _opening(document, placed, lanes, height),
            *(_tick(tick, height - FOOT) for tick in ticks_of(scale)),
            *(_lane_frame(name, TOP + LANE * at) for at, name in enumerate(lanes)),
            *(
                _lane([one for one in placed if one[0].agency == lane], TOP + LANE * at, scale, links=links)
                for at, lane in enumerate(lanes)
            ),
            _legend(placed, height - FOOT / 2),
        ]
    )
    return f"{said}</svg>"


def _opening(document: Document, placed: Sequence[Placed], lanes: Sequence[str], height: float) -> str:
    title = _text(16, 24, document.title, 'font-size="17" font-weight="bold"')
    foot = _text(16, 44, document.foot, f'font-size="11" {GREY}')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" aria-labelledby="timeline-title timeline-desc" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" {FONT}>'
        f'<title id="timeline-title">{_clean(f"Timeline: {document.title}")}</title>'
        f'<desc id="timeline-desc">{_clean(described(placed, lanes))}</desc>'
        f'<rect x="0" y="0" width="{WIDTH:.0f}" height="{height:.0f}" fill="#ffffff"/>'
        f"{title}{foot}"
    )


def described(placed: Sequence[Placed], lanes: Sequence[str]) -> str:
    """Say what the picture shows, for those who do not see it."""
    if not placed:
        return "No entry that may be seen has a place in time."
    first = min(placed, key=lambda one: one[1].earliest)[0]
    last = max(placed, key=lambda one: one[1].latest)[0]
    uncertain = sum(row.uncertain for row, _ in placed)
    counts = ", ".join(f"{lane} {sum(row.agency == lane for row, _ in placed)}" for lane in lanes)
    return (
        f"{len(placed)} entries, the earliest {first.when}, the latest {last.when}; {uncertain} of them at a time that is not exactly known. A lane for each agency: {counts}. "
        "The list of entries says the same in words."
    )


def _tick(tick: Tick, bottom: float) -> str:
    label = _text(tick.x + 3, TOP - 12, tick.label, f'font-size="11" {GREY}')
    return (
        f'<line x1="{tick.x:.1f}" y1="{TOP - 8:.0f}" x2="{tick.x:.1f}" y2="{bottom:.0f}" stroke="#d8dde0" stroke-width="1"/>'
        f"{label}"
    )


def _lane_frame(name: str, top: float) -> str:
    label = _text(16, top + LANE / 2 + 4, name, 'font-size="13" font-weight="bold"')
    return f'<line x1="0" y1="{top:.0f}" x2="{WIDTH:.0f}" y2="{top:.0f}" stroke="#8a979e" stroke-width="1"/>{label}'


def _lane(placed: Sequence[Placed], top: float, scale: Scale, *, links: bool) -> str:
    ordered = sorted(placed, key=lambda one: (*span_order(one[1]), one[0].number))
    tracks: list[float] = [float("-inf")] * TRACKS
    marks = []
    for row, span in ordered:
        left, right = _ends(span, scale)
        track = next((at for at, end in enumerate(tracks) if end <= left), None)
        track = min(range(TRACKS), key=lambda at: tracks[at]) if track is None else track
        tracks[track] = right + 1
        middle = top + LABEL_HEIGHT * LABEL_TRACKS + 4 + TRACK * track + MARK
        marks.append(_mark(row, (left, right), middle, links=links))
    return "".join(marks) + "".join(_labels(ordered, top, scale))


def _ends(span: Span, scale: Scale) -> tuple[float, float]:
    left, right = scale.x(span.earliest), scale.x(span.latest)
    if span.latest - span.earliest > A_DAY:
        return left, max(right, left + 4 * MARK)
    middle = (left + right) / 2
    return middle - MARK, middle + MARK


def _mark(row: Row, ends: tuple[float, float], middle: float, *, links: bool) -> str:
    left, right = ends
    shape, colour, word = SHAPES[row.significance]
    wide = row.placed is not None and row.placed.latest - row.placed.earliest > A_DAY
    bar = (
        f'<rect x="{left:.1f}" y="{middle - 4:.1f}" width="{right - left:.1f}" height="8" rx="4" fill="{colour}" fill-opacity="0.3" stroke="{colour}" stroke-dasharray="3 2"/>'
        if wide
        else ""
    )
    said = f"Entry {row.number}: {row.when}. {row.agency}: {row.kind}" + (
        "" if row.significance is None else f" ({word})"
    )
    drawn = f"<g><title>{_clean(said)}</title>{bar}{_shape(shape, colour, (left + right) / 2, middle)}</g>"
    if links and row.event_id is not None:
        return f'<a href="#event-{row.event_id.hex}">{drawn}</a>'
    return drawn


def _shape(shape: str, colour: str, x: float, y: float) -> str:
    drawn = f'fill="{colour}" fill-opacity="0.85" stroke="#ffffff" stroke-width="0.8"'
    r = MARK
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" {drawn}/>'
    if shape == "square":
        return f'<rect x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:.1f}" height="{2 * r:.1f}" {drawn}/>'
    top = f"{x:.1f},{y - r - 1:.1f}"
    if shape == "triangle":
        return f'<polygon points="{top} {x + r + 1:.1f},{y + r:.1f} {x - r - 1:.1f},{y + r:.1f}" {drawn}/>'
    return f'<polygon points="{top} {x + r + 1:.1f},{y:.1f} {x:.1f},{y + r + 1:.1f} {x - r - 1:.1f},{y:.1f}" {drawn}/>'


def _labels(placed: Iterable[Placed], top: float, scale: Scale) -> Iterable[str]:
    """Write as many labels as fit, the most significant first."""
    order = ("CRITICAL", "SIGNIFICANT", "NOTABLE", "ROUTINE", None)
    taken: list[Taken] = [[] for _ in range(LABEL_TRACKS)]
    for row, span in sorted(placed, key=lambda one: (order.index(one[0].significance), one[1].earliest, one[0].number)):
        text = row.kind if len(row.kind) <= LONGEST_LABEL else f"{row.kind[: LONGEST_LABEL - 1]}…"
        width = LETTER * len(text) + 8
        left = min(_ends(span, scale)[0], WIDTH - width)
        track = _free_track(taken, left, left + width)
        if track is not None:
            taken[track].append((left, left + width))
            yield _text(left, top + LABEL_HEIGHT * (track + 1), text, 'font-size="10.5" fill="#1b1b1b"')


def _free_track(taken: Sequence[Taken], left: float, right: float) -> int | None:
    for at, spans in enumerate(taken):
        if all(right <= one or left >= other for one, other in spans):
            return at
    return None


def _legend(placed: Sequence[Placed], y: float) -> str:
    used = [one for one in SHAPES if any(row.significance == one for row, _ in placed)]
    said, x = [], 16.0
    for one in used:
        shape, colour, word = SHAPES[one]
        said += [_shape(shape, colour, x + MARK, y - 4), _text(x + 16, y, word, 'font-size="11"')]
        x += 16 + LETTER * len(word) + 26
    said.append(
        f'<rect x="{x:.1f}" y="{y - 8:.1f}" width="30" height="8" rx="4" fill="#50646f" fill-opacity="0.3" stroke="#50646f" stroke-dasharray="3 2"/>'
    )
    said.append(_text(x + 36, y, "some time between two days; the mark stands in their middle", 'font-size="11"'))
    return "".join(said)


def _text(x: float, y: float, text: str, attributes: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{_clean(text)}</text>'


def _clean(text: str) -> str:
    """Escape a text, with what XML cannot hold or what turns the direction of writing as blanks."""
    return escape("".join(char if char.isprintable() else " " for char in text))
