import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring
from record_world import Told, World, at, staff
from rich_record import crowded_world, curated_world, rich_world

from projections.chronology.entry import Span
from query.outputs.compiling import named_document
from query.outputs.document import Document, Output
from query.outputs.timeline import timeline_svg
from query.outputs.timeline_scale import WIDTH, scale_of, ticks_of

READER = staff("health", "analyst", "sensitive_health")
SVG = "{http://www.w3.org/2000/svg}"


def document(world: World, profile: str = "automatic log") -> Document:
    return named_document(world.open(READER).view, UUID(int=5), Output("svg", profile))


def drawn(said: Document, *, links: bool = False) -> ET.Element:
    return fromstring(timeline_svg(said, links=links))


def texts(picture: ET.Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}text")]


def test_there_is_a_lane_for_each_agency_and_a_mark_with_words_for_each_entry() -> None:
    said = document(rich_world())
    picture = drawn(said)
    assert {"health", "police", "youth offending"} <= set(texts(picture))
    titles = [one.findtext(f"{SVG}title") for one in picture.iter(f"{SVG}g")]
    assert len(titles) == len([row for row in said.rows if not row.withheld])
    assert "Entry 8: 3 June 2024, 23:40. police: Police incident recorded" in titles


def test_it_has_a_title_and_a_description_for_those_who_do_not_see_it() -> None:
    picture = drawn(document(rich_world()))
    assert picture.get("aria-labelledby") == "timeline-title timeline-desc"
    assert picture.findtext(f"{SVG}title") == "Timeline: Chronology of Zebedee Quillfeather-Brookmere"
    assert "16 entries, the earliest 29 February 2016, 03:00" in (picture.findtext(f"{SVG}desc") or "")


def test_corrected_and_withdrawn_statements_are_no_events() -> None:
    said = timeline_svg(document(rich_world()))
    assert said.count(": Not brought</title>") == 1
    assert "1 September 2024" not in said


def test_an_uncertain_time_is_a_bar_from_its_earliest_to_its_latest(world: World) -> None:
    world.say(Told(agency="health", happened=at("2024-01-01"), until=at("2024-06-30T23:59")))
    world.say(Told(agency="health", happened=at("2025-01-01")))
    said = document(world)
    bars = [one for one in drawn(said).iter(f"{SVG}g") if one.find(f"{SVG}rect") is not None]
    assert len(bars) == 1
    span = said.rows[0].placed
    assert span is not None
    scale = scale_of([row.placed for row in said.rows if row.placed], 170.0)
    bar = bars[0].find(f"{SVG}rect")
    assert bar is not None
    assert float(bar.get("width", "0")) == pytest.approx(scale.x(span.latest) - scale.x(span.earliest), abs=0.2)


def test_significance_is_told_by_shape_and_not_by_colour_alone() -> None:
    picture = drawn(document(curated_world(READER), "CONFERENCE"))
    marks = {
        (one.findtext(f"{SVG}title") or "").rpartition("(")[2]: (one[-1].tag, one[-1].get("points", "").count(","))
        for one in picture.iter(f"{SVG}g")
    }
    assert len(set(marks.values())) == len(marks) == 4
    assert {"routine", "notable", "significant", "critical"} <= set(texts(picture))


def test_a_thousand_entries_keep_their_labels_apart() -> None:
    picture = drawn(document(crowded_world(1000)))
    taken: dict[str, list[tuple[float, float]]] = {}
    for one in picture.iter(f"{SVG}text"):
        if one.get("font-size") == "10.5":
            left, width = float(one.get("x", "0")), 5.6 * len(one.text or "")
            taken.setdefault(one.get("y", ""), []).append((left, left + width))
    assert 20 < sum(len(spans) for spans in taken.values()) < 300
    for spans in taken.values():
        ordered = sorted(spans)
        assert all(right <= left for (_, right), (left, _) in pairwise(ordered))
        assert ordered[-1][1] <= WIDTH


def test_what_an_agency_wrote_cannot_become_markup_and_there_is_no_script_or_style(world: World) -> None:
    world.say(
        Told(agency="health", wording="<script>alert(1)</script>\x00\u202e", child_said={"given_name": "<b>&\"'"})
    )
    said = timeline_svg(document(world))
    picture = fromstring(said)
    assert {one.tag.removeprefix(SVG) for one in picture.iter()}.isdisjoint(
        {"script", "style", "image", "foreignObject"}
    )
    assert not re.search(r"\son\w+=|href=|style=|url\(", said)
    assert said.count("http") == 1  # the namespace


def test_with_links_each_mark_leads_to_its_entry() -> None:
    said = document(rich_world())
    hrefs = {one.get("href") for one in drawn(said, links=True).iter(f"{SVG}a")}
    assert hrefs == {f"#event-{row.event_id.hex}" for row in said.rows if row.event_id is not None}


def test_an_empty_record_is_a_picture_that_says_so(world: World) -> None:
    assert drawn(document(world)).findtext(f"{SVG}desc") == "No entry that may be seen has a place in time."


@pytest.mark.parametrize("days", [0, 1, 9, 40, 200, 1000, 4000, 40000, 3_000_000])
def test_the_time_axis_has_a_readable_number_of_marks_over_any_length(days: int) -> None:
    first = datetime(1, 1, 1, tzinfo=UTC) if days > 50_000 else datetime(1990, 5, 5, tzinfo=UTC)
    scale = scale_of([Span(first, first), Span(first + timedelta(days=days), first + timedelta(days=days))], 170)
    ticks = list(ticks_of(scale))
    assert 1 <= len(ticks) <= 15
    assert all(170 <= one.x <= WIDTH for one in ticks)
