"""Claims of who a child is, in words, and generated runs of them."""

from collections.abc import Callable
from itertools import count
from uuid import UUID

from hypothesis import strategies as st

from projections.identity.exact import Claim


def claim(event: int, local: str, nhs: str | None = None, upn: str | None = None) -> Claim:
    """Say of who a child is in words: equal words are equal identifiers."""
    return Claim(
        event.to_bytes(16),
        index(f"local {local}"),
        index(f"nhs {nhs}") if nhs else None,
        index(f"upn {upn}") if upn else None,
    )


def index(word: str) -> bytes:
    return word.encode().ljust(16, b"\0")


def numbered() -> Callable[[], UUID]:
    """Give pseudonyms that are known beforehand: 1, 2, 3 ..."""
    numbers = count(1)
    return lambda: UUID(int=next(numbers))


@st.composite
def tellings(draw: st.DrawFn) -> list[list[Claim]]:
    """Runs of claims over a few identifiers each, so that they meet, differ and contradict each other."""
    one = st.tuples(
        st.sampled_from("ABCDE"), st.sampled_from([None, "N", "M", "O"]), st.sampled_from([None, None, "U", "V"])
    )
    runs = draw(st.lists(st.lists(one, max_size=5), max_size=5))
    numbers = count(1)
    return [[claim(next(numbers), *words) for words in run] for run in runs]
