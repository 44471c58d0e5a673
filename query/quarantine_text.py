"""Refused messages as lines of plain text: what was refused and why, what waits for what, and what to do next."""

from collections.abc import Iterator, Mapping
from typing import Any

from projections.chronology.uncertain import moment_in_words
from projections.quarantine_list import QuarantinedMessage, State
from query.agencies import agency_in_words
from query.plain_entries import INDENT
from query.quarantine import MessageView
from query.view import canonical_bytes

NEXT = {
    State.BEING_SETTLED: "nothing: the workers take it up",
    State.ADMITTED: "nothing: it is in",
    State.ADMITTED_BEFORE: "nothing: the same statement is in already",
    State.DISCARDED: "nothing: it is not let in",
}
"""What is left to do about a message that is not open any more, by its state."""
SEND_AGAIN = "the bytes are wrong and redriving gives the same refusal: have it corrected and sent again under the same reference, then discard this one"
NEXT_BY_CODE = {
    "reference-reused": (
        "the statement of that reference is in, and redriving gives the same refusal: have the agency tell the change as a correction "
        "with a reference of its own (`mash feed send` does so by itself once its memory is right), then discard this one"
    ),
    "unknown-contract": "once the contract is there, redrive it; where the sender took a wrong one, have it sent again, then discard this one",
    "waits-behind": "redrive it: what it waited for is no longer open",
    "cannot-be-opened": "run `mash verify`; where its key was destroyed there is nothing left of it but to discard it",
}
"""What to do about an open message, by the code with which it was refused; `SEND_AGAIN` for the others."""
WAITING = "nothing: it is taken up by itself once what it waits for is settled or sent again"
AGAIN = "look at the message that it is now"
NOTHING_LEFT = "Its key was destroyed: nothing of it can be read any more."


def message_lines(message: QuarantinedMessage) -> Iterator[str]:
    """Give a message without its content: its id, state and reason first, then where it came from and what waits."""
    yield f"{message.quarantine_id}  {_words(message.state)}  {message.code}: {message.sentence}"
    yield (
        f"{INDENT}{agency_in_words(message.agency)}, {message.topic}/{message.partition} offset {message.offset}, "
        f"came {moment_in_words(message.received)}"
    )
    if message.earlier is not None:
        yield f"{INDENT}was refused before as {message.earlier}"
    if message.later is not None:
        yield f"{INDENT}was refused again as {message.later}"
    yield from (f"{INDENT}waits behind {one}" for one in message.ahead)
    yield from (f"{INDENT}{one} waits behind it" for one in message.behind)


def opened_lines(view: MessageView) -> Iterator[str]:
    """Give an opened message: as it is listed, what it says, and what to do next."""
    yield from message_lines(view.message)
    yield ""
    if view.size is None:
        yield NOTHING_LEFT
    elif view.fields is None:
        yield f"{view.size} bytes that no contract reads; the first of them, in hex:"
        yield f"{INDENT}{view.head}"
    else:
        yield f"{view.size} bytes, a {view.contract}"
        yield from _fields(view.fields, INDENT)
    yield ""
    yield f"Next: {_next(view.message)}"


def _fields(fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}"
            yield from _fields(value, indent + INDENT)
        elif value is not None:
            # As JSON, so that nothing an agency wrote moves a cursor.
            yield f"{indent}{name}: {canonical_bytes(value).decode()}"


def _next(message: QuarantinedMessage) -> str:
    if message.state is State.REFUSED_AGAIN:
        return AGAIN
    if message.state is not State.OPEN:
        return NEXT[message.state]
    return WAITING if message.ahead else NEXT_BY_CODE.get(message.code, SEND_AGAIN)


def _words(state: State) -> str:
    return state.value.lower().replace("_", " ")
