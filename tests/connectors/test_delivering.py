"""A feed is told of by difference: nothing twice, a correction for what changed, a withdrawal for what a whole file no longer states."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from census_files import census_source, own_census
from feed_world import (
    AGENCY,
    CATALOGUE,
    KEY,
    START,
    Broker,
    Fact,
    desk,
    in_error,
    snapshot,
    standing,
    stated,
    statement,
)

from connectors.comparing import Digester
from connectors.delivery import DeliveryRefused, Source, check, deliver, tell_events
from connectors.feed_memory import FeedMemory
from connectors.feed_memory_plain import PlainFeedMemory
from connectors.feed_memory_sqlite import SqliteFeedMemory
from connectors.producer import FeedBroken
from connectors.statement import LISTED, Delivery, Refusal

BAD_ROW = Refusal(9, "bad-date", "expected a date, found something else; correct it")


@pytest.fixture(params=["plain", "sqlite"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FeedMemory]:
    if request.param == "plain":
        yield PlainFeedMemory()
        return
    with SqliteFeedMemory(tmp_path / "feed.sqlite", Digester(KEY).word(b"word")) as opened:
        yield opened


@pytest.fixture
def broker() -> Broker:
    return Broker()


Send = Callable[[Source], Delivery]


@pytest.fixture
def send(memory: FeedMemory, broker: Broker) -> Send:
    at = desk(memory, broker)
    return lambda source: deliver(source, at)


def counts(receipt: Delivery) -> tuple[int, int, int, int, int]:
    assert receipt.rows_in == (
        receipt.rows_told + receipt.rows_corrected + receipt.rows_unchanged + receipt.rows_refused
    )
    return (
        receipt.rows_told,
        receipt.rows_corrected,
        receipt.rows_unchanged,
        receipt.rows_refused,
        receipt.retracted,
    )


def many(number: int, **changes: Any) -> list[Fact]:
    return [Fact(one, child=one, **changes) for one in range(number)]


def test_what_is_sent_again_tells_nothing(send: Send, broker: Broker) -> None:
    assert counts(send(snapshot(*many(8)))) == (8, 0, 0, 0, 0)
    before = broker.told()
    assert counts(send(snapshot(*many(8)))) == (0, 0, 8, 0, 0)
    assert broker.told() == before


def test_a_changed_row_is_a_correction_of_what_was_last_told_and_learned_when_it_was_delivered(
    send: Send, broker: Broker
) -> None:
    for words in ("a", "b", "c"):
        send(snapshot(Fact(1, words)))
    first, second, third = (one["envelope"] for one in broker.told())
    assert (second["corrects"], third["corrects"]) == (first["reference"], second["reference"])
    assert second["reference"].startswith("R/1/1~1-")
    assert third["reference"].startswith("R/1/1~2-")
    assert first["learned"]["latest"] < second["learned"]["earliest"] < third["learned"]["earliest"]
    assert standing(broker.told()) == stated([Fact(1, "c")])


def test_a_row_that_a_whole_file_no_longer_states_is_withdrawn_with_its_corrections(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1), Fact(2)))
    send(snapshot(Fact(1, "b"), Fact(2)))
    assert counts(send(snapshot(Fact(2)))) == (0, 0, 1, 0, 2)
    assert standing(broker.told()) == stated([Fact(2)])


def test_a_withdrawn_row_that_comes_back_is_told_anew(send: Send, broker: Broker) -> None:
    for facts in ([Fact(1), Fact(2)], [Fact(2)], [Fact(1), Fact(2)]):
        receipt = send(snapshot(*facts))
    assert counts(receipt) == (1, 0, 1, 0, 0)
    assert broker.told()[-1]["envelope"]["corrects"] is None
    assert standing(broker.told()) == stated([Fact(1), Fact(2)])


def test_a_row_that_says_of_itself_that_it_was_in_error_is_withdrawn_with_its_corrections_and_may_come_back(
    send: Send, broker: Broker
) -> None:
    wrong = in_error(Fact(1))
    assert counts(send(snapshot(whole=False, beside=[wrong]))) == (0, 0, 1, 0, 0)
    for words in ("a", "b"):
        send(snapshot(Fact(1, words), whole=False))
    assert counts(send(snapshot(whole=False, beside=[wrong]))) == (0, 1, 0, 0, 2)
    assert standing(broker.told()) == stated([])
    assert counts(send(snapshot(whole=False, beside=[wrong]))) == (0, 0, 1, 0, 0)
    send(snapshot(Fact(1, "b"), whole=False))
    assert standing(broker.told()) == stated([Fact(1, "b")])


def test_a_file_of_changes_withdraws_nothing(send: Send, broker: Broker) -> None:
    send(snapshot(*many(3), whole=False))
    assert counts(send(snapshot(Fact(1, "b", child=1), whole=False))) == (0, 1, 0, 0, 0)
    assert len(standing(broker.told())) == 3


def test_a_changed_day_is_one_correction_where_a_kin_lost_and_gained_as_many(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1, day=1), Fact(2, day=2), Fact(3, child=2)))
    assert counts(send(snapshot(Fact(1, day=4), Fact(2, day=5), Fact(3, child=2)))) == (0, 2, 1, 0, 0)
    assert [one["envelope"]["corrects"] for one in broker.told()[-2:]] == ["R/1/1", "R/2/2"]
    assert counts(send(snapshot(Fact(1, day=1), Fact(2, day=5), Fact(3, child=2)))) == (0, 1, 2, 0, 0)
    assert standing(broker.told()) == stated([Fact(1, day=1), Fact(2, day=5), Fact(3, child=2)])


def test_where_a_kin_lost_more_than_it_gained_nothing_is_paired(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1, day=1), Fact(2, day=2)))
    assert counts(send(snapshot(Fact(1, day=4)))) == (1, 0, 0, 0, 2)
    assert standing(broker.told()) == stated([Fact(1, day=4)])


def test_a_row_that_moves_to_another_child_is_withdrawn_from_the_one_and_told_of_the_other(
    send: Send, broker: Broker
) -> None:
    send(snapshot(Fact(1, child=1), Fact(2, child=2)))
    assert counts(send(snapshot(Fact(1, child=3), Fact(2, child=2)))) == (0, 1, 1, 0, 1)
    assert standing(broker.told()) == stated([Fact(1, child=3), Fact(2, child=2)])


def test_a_retraction_is_sealed_as_what_it_withdraws_and_names_nobody(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1, seal="LOCKED"), Fact(2)))
    send(snapshot(Fact(2)))
    last = broker.told()[-1]
    assert (last["event_type"], last["envelope"]["seal"]) == ("StatementRetracted", "LOCKED")
    assert {name for name, value in last["envelope"]["child"].items() if value} == {"local_id"}


def test_what_another_scope_still_states_is_not_withdrawn(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1), Fact(2), scope="2023"))
    send(snapshot(Fact(1), Fact(3), scope="2024"))
    assert counts(send(snapshot(Fact(3), scope="2024"))) == (0, 0, 1, 0, 0)
    assert counts(send(snapshot(Fact(2), scope="2023"))) == (0, 0, 1, 0, 1)
    assert standing(broker.told()) == stated([Fact(2), Fact(3)])


def test_a_refused_row_is_never_taken_as_gone(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1), Fact(2, child=2)))
    receipt = send(snapshot(Fact(1), beside=[BAD_ROW]))
    assert counts(receipt) == (0, 0, 1, 1, 0)
    assert receipt.withheld is not None
    assert "1 of its rows was refused" in receipt.withheld
    stopped = send(snapshot(Fact(1), beside=[replace(BAD_ROW, ends_reading=True)]))
    assert "could not be read to its end" in str(stopped.withheld)
    assert counts(send(snapshot(Fact(1)))) == (0, 0, 1, 0, 1)
    assert standing(broker.told()) == stated([Fact(1)])


def test_a_file_that_is_wrong_throughout_lists_its_first_refusals_and_counts_the_others(send: Send) -> None:
    wrong = [
        Refusal(line, "bad-date", "expected a date, found something else; correct the cell")
        for line in range(LISTED + 5)
    ]
    receipt = send(snapshot(Fact(1), beside=wrong))
    assert (len(receipt.refusals), receipt.unlisted, receipt.rows_refused) == (LISTED, {"bad-date": 5}, LISTED + 5)
    assert receipt.rows_in == receipt.rows_told + receipt.rows_refused


def test_a_whole_file_that_would_withdraw_much_is_not_sent_unless_that_is_said(
    send: Send, broker: Broker, memory: FeedMemory
) -> None:
    send(snapshot(*many(60)))
    before = broker.told()
    with pytest.raises(DeliveryRefused, match=r"nothing was sent.*withdraw 30 of them.*--withdraw-many"):
        send(snapshot(*many(30)))
    assert broker.told() == before
    checked = check(snapshot(*many(30)), desk(memory, broker))
    assert ("--withdraw-many" in str(checked.not_sent), checked.complete, checked.withheld) == (True, False, None)
    assert counts(send(replace(snapshot(*many(30)), withdraw_many=True))) == (0, 0, 30, 0, 30)


def test_one_reference_with_two_contents_is_refused_however_far_apart(send: Send, broker: Broker) -> None:
    facts = [*many(9), Fact(1, "other", child=1)]
    for whole in (False, True):
        receipt = send(snapshot(*facts, whole=whole))
        assert [refusal.code for refusal in receipt.refusals] == ["reference-reused"]
    assert len(broker.told()) == 9


def test_a_check_says_what_sending_would_come_to_and_tells_and_remembers_nothing(
    send: Send, broker: Broker, memory: FeedMemory
) -> None:
    send(snapshot(*many(30)))
    later = snapshot(Fact(0, "b", child=0), *many(29)[1:], Fact(40, child=40), beside=[])
    before = list(broker.kept)
    for _ in range(2):
        assert counts(check(later, desk(memory, broker))) == (1, 1, 28, 0, 1)
    assert broker.kept == before
    assert counts(send(later)) == (1, 1, 28, 0, 1)


@pytest.mark.parametrize("breaks_at", range(12))
def test_an_interrupted_delivery_goes_on_with_the_same_id_and_its_counts_add_up(
    send: Send, broker: Broker, breaks_at: int
) -> None:
    broker.breaks_at, broker.arrive = breaks_at, 2
    facts = many(7)
    with pytest.raises(FeedBroken):
        send(snapshot(*facts))
    arrived = len(broker.told())
    receipt = send(snapshot(*facts))
    assert counts(receipt) == (7, 0, 0, 0, 0)
    assert receipt.resumed in {0, 2, 5, 7}
    assert 0 <= arrived - receipt.resumed <= 3
    assert len(broker.told()) == 7
    said = broker.deliveries()
    assert {one["delivery_id"] for one in said} == {START.to_bytes(16, "big")}
    assert (said[-1]["rows"], said[-1]["told"]) == (7, 7)


def test_what_a_delivery_covered_is_said_once_it_is_complete(send: Send, broker: Broker) -> None:
    send(snapshot(Fact(1, day=3), Fact(2, day=9), beside=[BAD_ROW]))
    (said,) = broker.deliveries()
    assert (said["agency"], said["scope"], said["whole"]) == (AGENCY, "all", True)
    assert (said["rows"], said["told"], said["refused"]) == (3, 2, 1)
    assert said["refusals"] == [{"code": "bad-date", "rows": 1}]
    assert said["last_day"] - said["first_day"] == 6
    assert said["began"] < said["ended"]


def test_events_told_one_by_one_need_no_memory_and_repeats_among_them_are_one(broker: Broker) -> None:
    receipt = tell_events([statement(Fact(1)), statement(Fact(1)), BAD_ROW], CATALOGUE, broker)
    assert counts(receipt) == (1, 0, 1, 1, 0)
    assert (len(broker.told()), broker.deliveries()) == (1, [])


def test_a_census_sent_twice_then_with_ten_rows_changed_and_five_removed(send: Send, broker: Broker) -> None:
    first = send(census_source(own_census(20)))
    assert first.rows_told == first.rows_in > 200
    assert counts(send(census_source(own_census(20)))) == (0, 0, first.rows_in, 0, 0)
    third = send(census_source(own_census(20, changed=10, removed=5)))
    assert (third.rows_corrected, third.retracted, third.rows_told) == (10, 5, 0)
    assert third.rows_unchanged == first.rows_in - 15
    kinds = Counter(
        "retracted" if one["envelope"]["retracts"] else "corrected" if one["envelope"]["corrects"] else "told"
        for one in broker.told()
    )
    assert kinds == {"told": first.rows_in, "corrected": 10, "retracted": 5}
    assert standing(broker.told()).total() == first.rows_in - 5
    assert [one["whole"] for one in broker.deliveries()] == [True] * 3
