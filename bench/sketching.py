"""`python -m bench.sketching`: what the matching worker costs for each statement, alone on this machine: opening, sketching, keeping, and comparing who is due."""

import argparse
import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from apps.connections import conninfo
from apps.matching import matching
from apps.settings import Settings
from apps.wiring import MATCHER_USER, admit_stage, event_log, start_producer
from bench.history import AGENCIES, Sent, Shape, history
from bench.invented_families import invent_people
from bench.parts import private_parts, send
from bench.steps import runs
from projections.rows import open_store
from schemas.catalogue import load_catalogue
from schemas.codec import decode, encode
from schemas.moments import days
from schemas.topics import HUB_EVENTS, agency_topic, partitions_of
from streams.runs import Run

BROKEN_BYTES = 40
COUNTS = "select (select count(*) from sketch), (select count(*) from block), (select count(*) from comparison)"


def main() -> None:
    """Measure and print; a run that keeps no sketch ends with an AssertionError and no figure."""
    parser = argparse.ArgumentParser(
        description="Measure the matching worker.", epilog="Example: python -m bench.sketching --statements 40000"
    )
    parser.add_argument("--statements", type=int, default=40_000, help="how many statements to send (default 40000)")
    parser.add_argument("--children", type=int, default=4_000, help="about how many children (default 4000)")
    asked = parser.parse_args()
    with private_parts() as settings:
        for prefix in ("N", "K"):
            send(settings, _told(Shape(asked.statements, asked.children, prefix=prefix)))
            asyncio.run(_measure(settings, "new" if prefix == "N" else "known"))


def _told(shape: Shape) -> Iterator[Sent]:
    """Give the statements of `bench.history`, each child with a name, a date of birth and an address of its own."""
    catalogue, people = load_catalogue(), invent_people(shape.children // 2, 5)
    for one in history(catalogue, shape):
        if len(one.message) <= BROKEN_BYTES:
            continue
        decoded = decode(catalogue, one.message)
        child = decoded.value["envelope"]["child"]
        person = people[int(child["local_id"].rpartition("-")[2]) % len(people)]
        home = person.addresses[-1]
        child |= {"given_name": person.given, "family_name": person.family, "sex": person.sex}
        child |= {
            "date_of_birth": days(person.born),
            "postcode": home.postcode,
            "address": f"{home.house} {home.street}",
        }
        yield replace(one, message=encode(decoded.contract, decoded.value))


async def _measure(settings: Settings, kind: str) -> None:
    catalogue, producer = load_catalogue(), await start_producer(settings)
    admit = admit_stage(settings, catalogue, event_log(producer))
    async for run in runs(settings, [(agency_topic(agency), part) for agency in AGENCIES for part in range(2)]):
        await admit.fold(run)
    speaking = await start_producer(settings, MATCHER_USER)
    stage, turn = matching(settings, catalogue, event_log(speaking))
    found: list[Run] = [
        one async for one in runs(settings, [(HUB_EVENTS, n) for n in range(partitions_of(HUB_EVENTS))])
    ]
    before = _read(settings)
    began, used = time.perf_counter(), time.process_time()
    for run in found:
        await stage.fold(run)
    folded, used = time.perf_counter(), time.process_time() - used
    await turn.act()
    compared = time.perf_counter()
    count = _read(settings) - before
    for client in (producer, speaking):
        await client.stop()
    with open_store(conninfo(settings, "mash_auditor")) as conn:
        sketches, blocks, pairs = conn.execute(COUNTS).fetchone() or (0, 0, 0)
    assert sketches, "no sketch was kept"
    print(
        f"{count} statements of {kind} particulars: {count / (folded - began):,.0f} statements/s sketched, {used / count * 1e6:.0f} us CPU each"
    )
    print(
        f"  then compared in {compared - folded:.1f} s: {sketches} sketches, {blocks} tokens, {pairs} pairs spoken of"
    )


def _read(settings: Settings) -> int:
    with open_store(conninfo(settings, "mash_auditor")) as conn:
        (read,) = conn.execute("select count(*) from sketch_told").fetchone() or (0,)
    return int(read)


if __name__ == "__main__":
    main()
