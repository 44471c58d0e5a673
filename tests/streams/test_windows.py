"""What is expected of a feed, and what counting a window's rows comes to."""

from datetime import timedelta

import pytest

from projections.feeds import Arrival
from projections.marks import NOTHING_KNOWN, Alike, Oddities
from schemas.topics import AGENCIES
from streams.quality.suites import MEANING, TO_DO, Expected, SuitesBroken, in_words, load_suites, read_suites
from streams.quality.windows import Window, first_day_of, levels_of
from tests.feed_world import ED, MONDAY, noon

SUITES = load_suites()
SOUND = Oddities("valid", "valid", True, False, True, 0)


def arrival(days_before: int, statements: int) -> Arrival:
    day = MONDAY - timedelta(days=days_before)
    return Arrival(day, statements, 0, noon(day))


def window(*expected: Expected, alike: tuple[Alike, ...], statements: int = 0) -> Window:
    return Window(ED, MONDAY, MONDAY, expected, alike, statements)


def test_every_agency_has_expectations_and_every_expectation_is_said_in_words() -> None:
    for agency in AGENCIES:
        for one in SUITES.of(agency, MONDAY, [arrival(7 * week, 100) for week in range(1, 9)]):
            assert in_words(one)
            assert one.name in MEANING


def test_an_expectation_that_is_not_met_says_what_it_means_and_what_to_do() -> None:
    assert set(TO_DO) == set(MEANING)
    said = SUITES.explained("health", "fresh")
    assert said.startswith("of statements were received within 31 days of being learned; ")
    assert "deliver more often" in said
    assert "deliver more often" in in_words(Expected("fresh", "per-mille", 900, within=31))


def test_an_agencys_own_level_replaces_the_one_for_all() -> None:
    levels = {one.name: one.least for one in SUITES.of("education", MONDAY, [])}
    assert (levels.get("nhs_number_given"), levels["upn_given"]) == (None, 900)
    assert (SUITES.works_at_weekends("health"), SUITES.works_at_weekends("education")) == (True, False)


def test_volume_is_expected_from_the_same_weekdays_of_eight_weeks() -> None:
    history = [arrival(7 * week, 100) for week in range(1, 9)] + [arrival(1, 5000), arrival(63, 9000)]
    (volume,) = [one for one in SUITES.of("health", MONDAY, history) if one.name == "volume"]
    assert (volume.least, volume.most) == (40, 251)


def test_nothing_is_expected_of_the_volume_of_a_young_feed() -> None:
    history = [arrival(7 * week, 100) for week in range(1, 4)]
    assert "volume" not in {one.name for one in SUITES.of("health", MONDAY, history)}


def test_of_a_day_that_is_not_over_no_least_volume_is_expected() -> None:
    history = [arrival(7 * week, 100) for week in range(1, 9)]
    (volume,) = [one for one in SUITES.of("health", MONDAY, history, closed=False) if one.name == "volume"]
    assert volume.least is None


def test_a_level_is_the_share_of_the_rows_to_which_it_applies() -> None:
    rows = (
        Alike(SOUND, refused=False, rows=6),
        Alike(Oddities("invalid", "absent", None, None, None, 40), refused=False, rows=2),
        Alike(NOTHING_KNOWN, refused=True, rows=2),
    )
    expected = [
        Expected("readable", "per-mille", 900),
        Expected("nhs_number_given", "per-mille", 1000),
        Expected("nhs_number_valid", "per-mille", 750),
        Expected("fresh", "per-mille", 751, within=31),
        Expected("in_order", "per-mille", 1000),
    ]
    found = {one.expectation: (one.found, one.met) for one in levels_of(window(*expected, alike=rows))}
    assert found == {
        "readable": (800, False),
        "nhs_number_given": (1000, True),
        "nhs_number_valid": (750, True),
        "fresh": (750, False),
        "in_order": (1000, True),
    }


def test_an_expectation_that_applies_to_no_row_is_met() -> None:
    rows = (Alike(Oddities("absent", "absent", None, None, None, 0), refused=False, rows=30),)
    (level,) = levels_of(window(Expected("upn_valid", "per-mille", 950), alike=rows))
    assert (level.found, level.met) == (None, True)


def test_the_volume_is_that_of_the_day_however_far_the_window_reaches_back() -> None:
    rows = (Alike(SOUND, refused=False, rows=500),)
    (level,) = levels_of(window(Expected("volume", "rows", 4, 10), alike=rows, statements=3))
    assert (level.found, level.met) == (3, False)


def test_a_thin_day_is_judged_together_with_the_days_before_it() -> None:
    assert first_day_of(MONDAY, [arrival(1, 100), arrival(0, 20)]) == MONDAY
    assert first_day_of(MONDAY, [arrival(3, 100), arrival(1, 5), arrival(0, 2)]) == MONDAY - timedelta(days=3)
    assert first_day_of(MONDAY, [arrival(40, 100), arrival(0, 19)]) is None


GOOD = (
    "[every]\n"
    + "\n".join(f"{name} = 0" for name in (*MEANING, "fresh_days") if name != "volume")
    + "\nvolume_least = 1\nvolume_most = 2\n"
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("edition = ", "expected TOML"),
        (GOOD, "expected an edition"),
        ('edition = "1"\n' + GOOD.replace("readable = 0", "readable = 1001"), "every.readable"),
        ('edition = "1"\n' + GOOD.replace("readable = 0", ""), "every: expected readable"),
        ('edition = "1"\n' + GOOD + "sharp = 1\n", "found sharp"),
        ('edition = "1"\n' + GOOD + "[agency.fire]\nfresh = 1\n", "found fire"),
        ('edition = "1"\n' + GOOD + "[agency.police]\nfresh = true\n", "agency.police.fresh"),
    ],
)
def test_a_file_of_expectations_that_cannot_be_used_says_where(text: str, place: str) -> None:
    with pytest.raises(SuitesBroken, match=place):
        read_suites(text, "suites.toml")
