"""`make bench`: every figure in one run on this machine, as ratios to the yardsticks measured beside it."""

import argparse
import time

from apps.verification import verify
from bench.history import Expected, Shape, history
from bench.latency import measure_latency
from bench.loop import run_loop
from bench.parts import private_parts, send
from bench.rebuilding import measure_rebuild
from bench.steps import measure_steps
from bench.whole_life import run_hub
from schemas.catalogue import load_catalogue

BROKEN_BYTES = 40


def main() -> None:
    """Measure and print; a run whose counts do not add up ends with an AssertionError and no figure."""
    parser = argparse.ArgumentParser(
        description="Measure the hub on this machine.", epilog="Example: python -m bench --statements 200000"
    )
    parser.add_argument("--statements", type=int, default=200_000, help="how many statements to send (default 200000)")
    parser.add_argument("--children", type=int, default=20_000, help="about how many children (default 20000)")
    asked = parser.parse_args()
    shape = Shape(asked.statements, asked.children)
    messages = list(history(load_catalogue(), shape))
    broken = sum(len(one.message) <= BROKEN_BYTES for one in messages)
    expected = Expected(shape.statements - broken, broken)
    size = sum(len(one.message) for one in messages) / len(messages)
    print(f"{len(messages)} messages of {size:.0f} bytes about {shape.children} children: {expected}")
    _throughput(messages, expected)
    _steps(shape)


def _throughput(messages: list, expected: Expected) -> None:  # type: ignore[type-arg]  # messages as history gives them
    with private_parts() as settings:
        send(settings, messages)
        loop = run_loop(settings)
        print(f"hand-written loop (getmany, fastavro, COPY): {loop:,.0f} messages/s")
        life = run_hub(settings, len(messages), expected)
        print(
            f"whole life of an event: {life.events_per_second:,.0f} messages/s = {life.events_per_second / loop:.2f} of the loop (aim 0.50)"
        )
        for name, used in life.cpu.items():
            print(f"  {name:9} {used:6.0f} us CPU a message, {life.memory[name]} MB")
        began = time.perf_counter()
        verified = verify(settings, lambda *_: None)
        assert not verified.findings, verified.findings[:3]
        print(f"verify: everything agrees, {verified.records / (time.perf_counter() - began):,.0f} records/s")
        rebuilt, bare = measure_rebuild(settings)
        print(
            f"rebuild from the log: {rebuilt:,.0f} events/s = {rebuilt / bare:.2f} of a bare COPY of the same rows, {bare:,.0f} (aim 0.30)"
        )
        p50, p99 = measure_latency(settings, 200)
        print(f"published to readable, one at a time: p50 {p50:.0f} ms, p99 {p99:.0f} ms")


def _steps(shape: Shape) -> None:
    with private_parts() as settings:
        send(settings, history(load_catalogue(), Shape(shape.statements // 4, shape.children // 4)))
        steps = measure_steps(settings)
    whole = sum(steps.values())
    print("the steps, in one process, microseconds a statement:")
    for step, used in steps.items():
        print(f"  {step:42} {used:6.1f}  {used / whole:4.0%}")
    print(f"  the floor is: {max(steps, key=lambda step: steps[step])}")


if __name__ == "__main__":
    main()
