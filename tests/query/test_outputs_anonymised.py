"""Nothing known of who somebody is stays in an anonymised output, whatever its format."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_world import CHILD, Told, World, at, staff
from rich_record import CHILD_SAID, curated_world, rich_world

from projections.chronology.entry import Span
from query.outputs.anonymous import age_in_words
from query.outputs.document import FORMATS, PROFILES, Format, Output, Profile
from query.outputs.known_words import known_words
from query.outputs.produce import Asked, Produced, produce_output
from schemas.moments import days

READER = staff("health", "analyst", "sensitive_health")
SYLLABLES = ("zor", "vex", "quil", "bram", "thri", "plon", "gwy", "drux", "fenk", "jolv")


def given_out(world: World, output_format: Format, profile: Profile = "automatic log") -> str:
    """Everything that is in the file, parts of an office file unpacked, and its name."""
    made = produce_output(
        world.door, READER, Asked(CHILD, "assessment"), Output(output_format, profile, anonymised=True)
    )
    assert isinstance(made, Produced)
    if output_format not in ("word", "excel"):
        return made.content.decode() + made.file_name
    with zipfile.ZipFile(io.BytesIO(made.content)) as parts:
        inside = [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
        return "\n".join([made.file_name, *parts.namelist(), *inside])


@pytest.fixture(scope="module")
def curated() -> World:
    return curated_world(READER)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("output_format", FORMATS)
def test_no_particular_of_the_rich_record_is_in_any_format(
    curated: World, output_format: Format, profile: Profile
) -> None:
    told = given_out(curated, output_format, profile).casefold()
    names = ["zebedee", "zeb", "quillfeather", "brookmere", "morwenna", "tamsin", "osric", "thrupp", "ludo"]
    places = ["nowhere lane", "fabledon", "imaginary court", "zz99", "3wz", "4zz"]
    numbers = [
        "9990000018",
        "4711",
        "hh-778899",
        "cr/2024",
        "ref-",
        "07700",
        "example.org",
        "1989-07-04",
        "4 july 1989",
    ]
    births = ["29 february 2016", "2016-02-29", "29/02/2016", "30 november 2019", "2 january 1985"]
    found = [one for one in (*names, *places, *numbers, *births) if re.search(rf"(?<![a-z]){re.escape(one)}", told)]
    assert found == []
    assert CHILD.hex not in told
    assert str(CHILD) not in told


def test_people_and_places_have_a_letter_or_a_number_and_the_output_says_what_they_are(curated: World) -> None:
    told = given_out(curated, "html")
    for said in (
        "Chronology of Child A",
        "Adult 1: mother",
        "Child B: sibling",
        "Adult 2: mother&#x27;s partner",
        "Child C: half-brother",
    ):
        assert said in told
    assert "Child A came in tired; Child B&#x27;s teacher says the same." in told
    assert "School 1 sent Child A home." in told
    assert "pushed by Adult 2 on the stairs at address 1" in told
    assert "Call Adult 1 on [telephone number] or [e-mail address]." in told


def test_free_text_is_said_to_have_been_searched_for_known_names_only(curated: World) -> None:
    for output_format in ("word", "html", "csv", "json", "excel"):
        assert "a person must read all of it" in given_out(curated, output_format)


def test_a_date_of_birth_is_an_age_when_it_happened(curated: World) -> None:
    told = given_out(curated, "html")
    assert "The child was 8 years old" in told
    assert "Person born on" in told
    assert "33 years old" in told
    assert "[date of birth], 03:00" in told


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2016-02-28", "2016-02-28", "not yet born"),
        ("2016-02-29", "2016-02-29", "0 years old"),
        ("2017-02-28", "2017-03-01", "between 0 and 1 years old"),
        ("2017-03-01", "2017-03-01", "1 year old"),
        ("2024-02-29", "2024-02-29", "8 years old"),
    ],
)
def test_ages_are_in_years_with_their_uncertainty(first: str, last: str, words: str) -> None:
    assert age_in_words(date(2016, 2, 29), Span(at(f"{first}T12:00"), at(f"{last}T12:00"))) == words


def test_letters_stay_when_more_is_told_later_and_what_is_told_then_comes_after() -> None:
    world = rich_world()
    before = labels(world)
    member = {"relationship": "lodger", "person_name": "Barnaby Snell", "person_born_on": days(date(1960, 1, 1))}
    rest = {"lives_there": None, "household_reference": None, "summary": None}
    early = Told(
        "HouseholdMemberRecorded", "health", happened=at("2016-03-01"), child_said=CHILD_SAID, fields=member | rest
    )
    world.say(replace(early, received=at("2025-03-09")))
    after = labels(world)
    assert after[: len(before)] == before
    assert after[len(before) :] == ["Adult 3: lodger"]


def labels(world: World) -> list[str]:
    found = re.findall(r"<li>((?:Child|Adult) [A-Z0-9]+: [^<]*)</li>", given_out(world, "html"))
    return [one.replace("&#x27;", "'") for one in found]


def test_a_name_of_two_people_says_only_that_it_is_a_name(world: World) -> None:
    for name in ("Osric Thrupp", "Ludo Thrupp"):
        fields = {"relationship": "uncle", "person_name": name, "person_born_on": None, "lives_there": None}
        world.say(
            Told(
                "HouseholdMemberRecorded",
                "health",
                fields=fields | {"household_reference": None, "summary": "Mr Thrupp, THRUPP-like"},
            )
        )
    assert "Mr [name], [name]-like" in given_out(world, "html")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Anne-Marie's aunt and ANNE MARIE’S dog; Anne‑Marie", "X's aunt and X'S dog; X"),
        ("Marianne and marie2, the Maries", "Marianne and X2, the X"),
        ("marie@marie.example or 07700 900123", "[e-mail address] or [telephone number]"),
        ("O’Hara, OHARA, o'hara", "Y, Y, Y"),
        ("a soft\u00adhyphen hides no Ma\u00adrie", "a softhyphen hides no X"),
        (
            "born 3 May 2025 or 03/05/25 or May 3rd, 2025 or 2025-05-03 or 3rd of May '25",
            "born " + " or ".join(["[date of birth]"] * 5),
        ),
        ("on 4 May 2025 May was there; May 2024", "on 4 May 2025 Z was there; May 2024"),
        (
            "NHS 999 000 0018, AB12 3CD, A123456789012, QQ 12 34 56 C",
            "NHS [NHS number], [postcode], [UPN], [National Insurance number]",
        ),
        ("see ref-1, not ref-12 nor xref-1", "see [reference], not ref-12 nor xref-1"),
    ],
)
def test_known_words_are_found_however_they_are_written(text: str, said: str) -> None:
    words = {"Anne-Marie": "X", "anne marie": "X", "Marie": "X", "O'Hara": "Y", "ohara": "Y", "May": "Z"}
    assert known_words(words, ["ref-1"], [date(2025, 5, 3)]).replaced(text) == said


NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=3).map(lambda parts: "".join(parts).capitalize())
PARTICULARS = st.fixed_dictionaries(
    {
        "given": NAMES,
        "family": st.lists(NAMES, min_size=1, max_size=2, unique=True).map("-".join),
        "other": NAMES,
        "street": NAMES.map(lambda name: f"{name} Lane"),
        "born": st.dates(date(1950, 1, 1), date(2024, 12, 31)),
        "postcode": st.from_regex(r"ZZ[1-9]{2} [1-9][A-HJ-Z]{2}", fullmatch=True),
        "nhs": st.from_regex(r"999[0-9]{7}", fullmatch=True),
        "local": st.from_regex(r"[A-Z]{3}/[0-9]{6}", fullmatch=True),
        "shape": st.sampled_from(
            (
                "{given}'s mother {other} {family} of 7 {street}; {local}",
                "{GIVEN} {FAMILY} ({born:%d/%m/%Y}), NHS {nhs}. {street}, {postcode}",
                "{family}, {given}: see {local}; born {born:%d %B %Y}; {other}.",
                "({given})/{other}-{family}\n{nhs} {postcode} {born}",
            )
        ),
        "format": st.sampled_from(FORMATS),
    }
)


@settings(max_examples=40, deadline=None)
@given(one=PARTICULARS)
def test_no_particular_of_a_record_is_in_an_anonymised_output(one: dict[str, object]) -> None:
    world, born = World(), one["born"]
    assert isinstance(born, date)
    text = str(one["shape"]).format(**one, GIVEN=str(one["given"]).upper(), FAMILY=str(one["family"]).upper())
    said = {"given_name": one["given"], "family_name": one["family"], "date_of_birth": born, "nhs_number": one["nhs"]}
    said |= {"local_id": one["local"], "address": f"7 {one['street']}", "postcode": one["postcode"]}
    member = {
        "relationship": "mother",
        "person_name": f"{one['other']} {one['family']}",
        "person_born_on": days(born - timedelta(9000)),
    }
    rest = {"lives_there": True, "household_reference": f"H{one['local']}", "summary": text}
    happened = at(f"{born}T10:00")
    world.say(Told("HouseholdMemberRecorded", "health", child_said=said, fields=member | rest))
    world.say(
        Told(
            "ConcernRaised",
            "health",
            happened=happened,
            child_said=said,
            wording=text,
            handling_conditions=text,
            fields={"summary": text},
        )
    )
    told = given_out(world, one["format"]).casefold()  # type: ignore[arg-type]
    names = {part for name in ("given", "family", "other") for part in str(one[name]).casefold().split("-")}
    numbers = {str(one[name]).casefold() for name in ("street", "postcode", "nhs", "local")} | {"ref-1", "ref-2"}
    day = born - timedelta(9000)
    births = {f"{each:{form}}".casefold() for each in (born, day) for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y")}
    births |= {f"{each.day} {each:%B} {each.year}".casefold() for each in (born, day)}
    assert [word for word in names | numbers | births if word in told] == []
