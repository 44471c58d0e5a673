"""Telling the hub marked words by every path there is, and keeping all that it says while it is told."""

import io
import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from apps.failures import explain
from connectors.csv_drop import read_csv
from connectors.envelope import time_zone
from connectors.http_events import EventReader
from connectors.mapping_file import shipped_mapping
from connectors.producer import FeedBroken
from schemas.codec import ContractBroken, encode
from tests.connectors.feed_samples import census, csv_file, http_event
from tests.system.hub_in_hand import CATALOGUE, HubInHand
from tests.system.marked import MARK, NUMBERS, found_in, health_row, police_row, value


@dataclass
class Said:
    """Everything that was printed, logged, raised or answered without being a release of a record."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    released: list[bytes] = field(default_factory=list)

    def keep(self, path: str, *texts: object) -> None:
        self.texts.setdefault(path, []).extend(f"{text} {text!r}" for text in texts)

    def error(self, path: str, doing: Callable[[], object], *kinds: type[BaseException]) -> None:
        """Do what must fail, and keep the error with its whole traceback and what a worker would say of it."""
        with pytest.raises(kinds) as raised:
            doing()
        self.keep(path, raised.value, explain(raised.value), "".join(traceback.format_exception(raised.value)))

    def leaks(self) -> list[str]:
        return [
            f"{path}: {form!r}" for path, texts in self.texts.items() for form in found_in("\n".join(texts).encode())
        ]


def tell_by_files(hub: HubInHand, said: Said) -> None:
    """Send CSV and census files: rows that are admitted, rows that the readers refuse, files that they cannot read."""
    bad = {"occurred_date": f"{MARK} day"}
    said.keep(
        "police file",
        hub.send_csv("police", csv_file([police_row(1), police_row(2, **bad), police_row(3, source_evaluation=MARK)])),
    )
    rows = [
        health_row(1, NUMBERS[0]),
        health_row(2, NUMBERS[1]),
        health_row(3, NUMBERS[0], hospital_no=f"{MARK}hospital_no2"),
    ]
    said.keep("health file", hub.send_csv("health", csv_file([*rows, health_row(4, NUMBERS[2], contact_type=MARK)])))
    for way, content in {
        "no heading": csv_file([police_row(5)]).split(b"\n", 1)[1],
        "another encoding": csv_file([police_row(6, surname=f"{MARK}é")]).decode().encode("latin-1"),
        "a cell too many": csv_file([police_row(7)]).rstrip() + f",{MARK}\n".encode(),
    }.items():
        said.keep(way, list(read_csv(io.BytesIO(content), shipped_mapping("police", CATALOGUE))))
    said.keep("census", hub.send_census(census(marked_child("2024-03-04"), marked_child(f"{MARK}-day"))))
    said.keep("broken census", hub.send_census(census(marked_child("2024-03-05"))[:-40]))
    wrong = list(read_csv(io.BytesIO(csv_file([police_row(8)])), shipped_mapping("police", CATALOGUE)))
    said.error("another agency's user", lambda: hub.send("health", wrong), FeedBroken)


def marked_child(day: str) -> str:
    known = f"<UPN>{MARK}-upn</UPN><PersonBirthDate>{day}</PersonBirthDate><Sex>{MARK}</Sex>"
    referred = f"<CINreferralDate>{day}</CINreferralDate><ReferralSource>{MARK}</ReferralSource><ReferralNFA>{MARK}</ReferralNFA>"
    return f"<Child><ChildIdentifiers><LAchildID>{MARK}-LA-{day}</LAchildID>{known}</ChildIdentifiers><CINdetails>{referred}</CINdetails></Child>"


def tell_by_json(hub: HubInHand, said: Said) -> None:
    """Send events as JSON: good ones, and ones with a marked word where none belongs."""
    child = {"local_id": f"{MARK}-LA", "nhs_number": NUMBERS[2], "family_name": f"{MARK}-name"}
    good = http_event(source=f"{MARK}-source", summary=f"{MARK}-summary")
    good["envelope"] |= {"reference": f"{MARK}-ref", "child": child}
    faults: list[dict[str, Any]] = [
        http_event(event_type=MARK),
        http_event(**{f"{MARK} not a word": 1}),
        http_event(source=[MARK]),
        http_event(envelope={**good["envelope"], "happened": MARK}),
        http_event(envelope={**good["envelope"], "agency": MARK}),
        http_event(envelope={**good["envelope"], "seal": MARK}),
    ]
    outcomes = EventReader(CATALOGUE, "childrens_social_care", time_zone()).read(json.dumps([good, *faults]).encode())
    receipt = hub.send("childrens_social_care", outcomes)
    assert (receipt.rows_told, receipt.rows_refused) == (1, len(faults))
    said.keep("json", receipt)
    said.keep("broken json", EventReader(CATALOGUE, "police", time_zone()).read(f'[{{"a": "{MARK}"'.encode()))
    misfit = value("police", 90)
    misfit["kind"] = None
    contract = CATALOGUE.by_name("ConcernRaised")
    assert contract is not None
    said.error("does not fit", lambda: encode(contract, misfit), ContractBroken)


def tell_directly(hub: HubInHand) -> None:
    """Publish as an agency's own producer would: good messages, and every kind that the hub quarantines."""
    contract = CATALOGUE.by_name("ConcernRaised")
    assert contract is not None
    good = encode(contract, value("police", 1))
    long = {**value("police", 20), "summary": MARK * 50_000}
    other_words = {**value("police", 1), "summary": f"{MARK} said otherwise"}
    hub.publish(
        "police",
        good,
        good,
        encode(contract, value("housing", 1)),
        encode(contract, value(MARK, 1)),
        encode(contract, value("police", 2, reference=MARK * 60)),
        encode(contract, value("police", 3, child=value("police", 3)["envelope"]["child"] | {"local_id": " "})),
        encode(contract, value("police", 4, corrects=MARK, retracts=MARK)),
        encode(contract, other_words),
        encode(contract, long),
        good[:-7],
        good + MARK.encode(),
        b"\0\0\0\x27\x0f" + good[5:],
        MARK.encode(),
        encode(contract, value("police", 5, nhs=NUMBERS[0])),
    )
