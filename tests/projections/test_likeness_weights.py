"""The published weights: read strictly, every degree with its source."""

from importlib import resources
from pathlib import Path

import pytest

from projections.identity.likeness.weights import Weights, WeightsError, load_weights, weights_of

FOLDER = resources.files("projections.identity.likeness")
TEXT, NAMES = ((FOLDER / name).read_text("utf-8") for name in ("weights.toml", "known_names.toml"))


def changed(old: str, new: str) -> Weights:
    assert old in TEXT
    return weights_of(TEXT.replace(old, new, 1), NAMES)


def test_the_thresholds_are_those_that_the_issue_publishes() -> None:
    weights = load_weights()
    assert (weights.link, weights.ask) == (0.95, 0.85)


def test_every_degree_says_where_its_figures_come_from() -> None:
    assert all(one.source for row in load_weights().table for one in row)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("m = 0.902", "m = 0.502", "come to 1"),
        ("u = 0.5", "u = 1.5", "between 0 and 1"),
        ('degree = "swapped"', 'degree = "reversed"', "every degree"),
        ("link = 0.95", "link = 0.5", "prior < ask < link"),
        ("m = 0.985", "", "expected each weight"),
        ("m = 0.985", 'm = "0.985"', "numbers such as"),
        ("[prior]", "[before]", "put it back"),
        ("[prior]", "[prior", "expected TOML"),
        ("m = 0.985\nu = 0.5", "m = 0.015\nu = 0.5", "come to 1"),
    ],
)
def test_an_edition_that_is_not_whole_is_refused_with_a_sentence(old: str, new: str, says: str) -> None:
    with pytest.raises(WeightsError, match=says):
        changed(old, new)


def test_more_agreement_may_not_weigh_less() -> None:
    before, sex = TEXT.split('field = "sex"', 1)
    turned = sex.replace("m = 0.985", "m = @", 1).replace("m = 0.015", "m = 0.985", 1).replace("m = @", "m = 0.015", 1)
    with pytest.raises(WeightsError, match="weigh no less"):
        weights_of(f'{before}field = "sex"{turned}', NAMES)


def test_names_that_are_missing_are_asked_for() -> None:
    with pytest.raises(WeightsError, match="put it back"):
        weights_of(TEXT, "[forms]\n")


def test_the_page_tells_what_was_measured_of_this_edition() -> None:
    page = (Path(__file__).parents[2] / "docs" / "identity.md").read_text("utf-8")
    assert f"edition {load_weights().edition}" in page
