"""What any memory of a feed must do, said once for the one in dicts and the one in a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.feed_memory import Begun, Changes, FeedMemory, FeedMemoryBroken, Plan, Row, Telling
from connectors.feed_memory_plain import PlainFeedMemory
from connectors.feed_memory_sqlite import SqliteFeedMemory

CHECK = b"a check"
FIRST, SECOND = Begun(b"1" * 16, 100), Begun(b"2" * 16, 200)


@pytest.fixture(params=["plain", "sqlite"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FeedMemory]:
    if request.param == "plain":
        yield PlainFeedMemory()
        return
    with SqliteFeedMemory(tmp_path / "feed.sqlite", CHECK) as opened:
        yield opened


def row(reference: str, content: str = "a", kin: str = "") -> Row:
    return Row(reference, kin, content.encode())


def first(one: Row, **changes: Any) -> Telling:
    said: dict[str, Any] = {
        "reference": one.reference,
        "kind": "told",
        "matter": None,
        "stem": one.reference,
        "digest": one.digest,
        "kin": one.kin,
        "moment": 0,
        "local_id": "LA-1",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
    }
    return Telling(**{**said, **changes})


def tell(memory: FeedMemory, *rows: Row, scope: str = "all", begun: Begun = FIRST, whole: bool = True) -> None:
    """Deliver rows that are new or unchanged."""
    memory.begin(b"file", scope, begun)
    known = memory.known(rows)
    memory.intend([first(one) for one, what in zip(rows, known, strict=True) if what.matter is None], rows)
    memory.acknowledge()
    memory.finish(whole=whole)


def staged(memory: FeedMemory, *rows: Row) -> list[bool]:
    memory.unstage()
    return memory.stage(rows)


def test_a_new_memory_knows_nothing(memory: FeedMemory) -> None:
    assert memory.empty()
    (known,) = memory.known([row("R")])
    assert (known.matter, known.taken) == (None, False)
    assert memory.used("R") == 0


def test_what_was_told_is_known_by_its_row(memory: FeedMemory) -> None:
    tell(memory, row("R"), row("S", "b"))
    known, other, unknown = memory.known([row("R"), row("S"), row("T")])
    assert (known.digest, known.last, known.local_id, known.withdrawn, known.unsure) == (
        b"a",
        "R",
        "LA-1",
        False,
        False,
    )
    assert other.digest == b"b"
    assert unknown.matter is None
    assert not memory.empty()
    assert [one.reference for one in memory.history(known.matter or 0)] == ["R"]


def test_what_was_intended_and_not_acknowledged_is_unsure_when_the_next_delivery_begins(memory: FeedMemory) -> None:
    memory.begin(b"file", "all", FIRST)
    memory.intend([first(row("R"))], [row("R")])
    again = memory.begin(b"file", "all", SECOND)
    assert (again.delivery_id, again.moment, again.already) == (FIRST.delivery_id, FIRST.moment, {})
    (known,) = memory.known([row("R")])
    assert known.unsure
    assert [one.state for one in memory.history(known.matter or 0)] == ["unsure"]


def test_a_delivery_is_gone_on_with_only_by_the_same_file_and_while_no_other_followed(memory: FeedMemory) -> None:
    memory.begin(b"file", "all", FIRST)
    memory.intend([first(row("R"))], [row("R")])
    memory.acknowledge()
    assert memory.begin(b"file", "all", SECOND).already == {"told": 1}
    assert memory.begin(b"another", "all", SECOND) == SECOND
    assert memory.begin(b"file", "all", Begun(b"3" * 16, 300)).delivery_id == b"3" * 16


def test_a_finished_delivery_is_not_gone_on_with(memory: FeedMemory) -> None:
    tell(memory, row("R"))
    assert memory.begin(b"file", "all", SECOND) == SECOND


def test_a_row_is_seen_in_the_delivery_that_stated_it_and_not_in_the_next(memory: FeedMemory) -> None:
    memory.begin(b"file", "all", FIRST)
    memory.intend([first(row("R"))], [row("R")])
    memory.acknowledge()
    assert memory.known([row("R")])[0].seen
    memory.finish(whole=True)
    memory.begin(b"other", "all", SECOND)
    assert not memory.known([row("R")])[0].seen


def test_staging_finds_one_reference_with_two_contents_and_lets_repeats_pass(memory: FeedMemory) -> None:
    assert staged(memory, row("R"), row("S"), row("R"), row("R", "b")) == [True, True, True, False]
    assert staged(memory, row("R", "b")) == [True]


def test_a_plan_counts_what_is_new_changed_unchanged_and_gone(memory: FeedMemory) -> None:
    tell(memory, row("same"), row("changed"), row("gone"), row("gone too"))
    staged(memory, row("same"), row("changed", "b"), row("new"))
    assert memory.plan("all", pairing=True) == Plan(new=1, corrected=1, unchanged=1, gone=2, held=4)


def test_within_a_kin_that_lost_as_many_as_it_gained_rows_are_paired_in_order(memory: FeedMemory) -> None:
    tell(memory, row("1", kin="K"), row("2", kin="K"), row("9", kin="L"), row("8", kin="L"))
    staged(memory, row("3", kin="K"), row("4", kin="K"), row("7", kin="L"))
    assert memory.plan("all", pairing=True) == Plan(new=1, corrected=2, unchanged=0, gone=2, held=4)
    assert memory.changes("all", pairing=True, most=9) == Changes((0, 0), ("9", "8"), 2)
    assert memory.changes("all", pairing=True, most=1) == Changes((0,), ("9",), 2)
    assert memory.plan("all", pairing=False) == Plan(new=3, corrected=0, unchanged=0, gone=4, held=4)
    memory.pair("all")
    assert [one.last for one in memory.known([row("3"), row("4"), row("7"), row("1")])] == ["1", "2", "", ""]


def test_what_another_scope_states_is_not_gone(memory: FeedMemory) -> None:
    tell(memory, row("R"), scope="2023")
    tell(memory, row("R"), row("S"), scope="2024", begun=SECOND)
    memory.begin(b"third", "2024", Begun(b"3" * 16, 300))
    staged(memory)
    (gone,) = memory.gone(10)
    assert [one.reference for one in memory.history(gone)] == ["S"]


def test_a_retraction_withdraws_what_it_names_once_it_is_acknowledged(memory: FeedMemory) -> None:
    tell(memory, row("R"))
    memory.begin(b"second", "all", SECOND)
    staged(memory)
    (gone,) = memory.gone(10)
    memory.intend([first(row("R"), reference="R~withdrawn", kind="retracted", matter=gone, amends="R")], [])
    assert [one.state for one in memory.history(gone)] == ["stands", "sending"]
    memory.acknowledge()
    assert [one.state for one in memory.history(gone)] == ["withdrawn", "stands"]
    assert memory.known([row("R")])[0].withdrawn
    assert memory.gone(10) == []
    assert memory.used("R") == 1


def test_a_correction_is_the_last_telling_and_counts_among_those_of_its_row(memory: FeedMemory) -> None:
    tell(memory, row("R"))
    memory.begin(b"second", "all", SECOND)
    (known,) = memory.known([row("R", "b")])
    changed = first(row("R", "b"), reference="R~1", kind="corrected", matter=known.matter, amends="R", moment=200)
    memory.intend([changed], [row("R", "b")])
    memory.acknowledge()
    (known,) = memory.known([row("R", "b")])
    assert (known.digest, known.last, memory.used("R")) == (b"b", "R~1", 2)
    assert [(one.reference, one.amends) for one in memory.history(known.matter or 0)] == [("R", None), ("R~1", "R")]


def test_what_is_remembered_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite"
    with SqliteFeedMemory(path, CHECK) as memory:
        tell(memory, row("R", "what the row says"))
    with SqliteFeedMemory(path, CHECK) as memory:
        assert memory.known([row("R")])[0].last == "R"


def test_a_second_delivery_of_the_same_feed_waits_for_the_first(tmp_path: Path) -> None:
    with (
        SqliteFeedMemory(tmp_path / "feed.sqlite", CHECK),
        pytest.raises(FeedMemoryBroken, match="another under way"),
    ):
        SqliteFeedMemory(tmp_path / "feed.sqlite", CHECK)


def test_a_memory_under_another_key_is_refused(tmp_path: Path) -> None:
    SqliteFeedMemory(tmp_path / "feed.sqlite", CHECK).close()
    with pytest.raises(FeedMemoryBroken, match="--as-told-before"):
        SqliteFeedMemory(tmp_path / "feed.sqlite", b"another")


def test_a_file_that_is_no_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(FeedMemoryBroken, match="put the file back"):
        SqliteFeedMemory(path, CHECK)


def test_a_memory_keeps_to_the_hub_of_its_first_delivery(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite"
    with SqliteFeedMemory(path, CHECK) as opened:
        opened.goes_to("one")
    with SqliteFeedMemory(path, CHECK) as opened:
        opened.goes_to("two")
        tell(opened, row("R"))
    with SqliteFeedMemory(path, CHECK) as opened, pytest.raises(FeedMemoryBroken, match="found another"):
        opened.goes_to("one")


def test_files_are_read_as_told_before_until_something_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "feed.sqlite"
    for begun in (FIRST, SECOND):
        with SqliteFeedMemory(path, CHECK) as opened:
            opened.recovers()
            tell(opened, row(str(begun.moment)), begun=begun, whole=False)
    with SqliteFeedMemory(path, CHECK) as opened:
        tell(opened, row("T"), begun=Begun(b"3" * 16, 300), whole=False)
    with SqliteFeedMemory(path, CHECK) as opened, pytest.raises(FeedMemoryBroken, match="only while nothing has been"):
        opened.recovers()
