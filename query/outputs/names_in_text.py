"""What free text is searched for: whole names and each part of one, whole addresses and each part of one, schools and places, numbers and references."""

import re
from collections import defaultdict
from collections.abc import Iterator

from query.outputs.glossary import CHILD, Glossary
from query.outputs.known_words import plain

A_PERSON, A_PLACE = "[name]", "[place]"
NO_NAMES = frozenset(
    [
        "adult",
        "and",
        "baby",
        "boy",
        "brother",
        "child",
        "dad",
        "daughter",
        "de",
        "dr",
        "father",
        "female",
        "girl",
        "known",
        "lady",
        "male",
        "man",
        "master",
        "miss",
        "mother",
        "mr",
        "mrs",
        "ms",
        "mum",
        "mx",
        "not",
        "of",
        "older",
        "partner",
        "person",
        "professor",
        "reverend",
        "sir",
        "sister",
        "son",
        "the",
        "twin",
        "unborn",
        "unknown",
        "woman",
        "younger",
    ]
)
"""Words that stand in fields of names and are nobody's name alone."""

SHORTEST_NAME, SHORTEST_PLACE, SHORTEST_NUMBER = 2, 4, 3
_HOUSE_NUMBER = re.compile(r"^(?:flat\s+)?\d+\s*[a-z]?\s+", re.IGNORECASE)


def words_of(glossary: Glossary) -> dict[str, str]:
    """Give every word and run of words to look for, with what is said instead; one that may mean several people or places says only what it is."""
    people = {CHILD: glossary.names} | {one.label: one.told for one in glossary.people}
    names = _owned(
        {label: {part for way in ways for part in _parts_of_name(way)} for label, ways in people.items()}, A_PERSON
    )
    homes = {one.label: {part for way in one.told for part in _parts_of_address(way)} for one in glossary.addresses}
    places = {one.label: {*one.told} for one in glossary.places}
    return _owned(homes | places, A_PLACE) | names


def numbers_of(glossary: Glossary) -> frozenset[str]:
    """Give the numbers and references to look for; shorter ones would hit figures that are nobody's."""
    return frozenset(one for one in glossary.identifiers if len(one) >= SHORTEST_NUMBER)


def _owned(parts: dict[str, set[str]], otherwise: str) -> dict[str, str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for label, said in parts.items():
        for one in said:
            owners[plain(one)].add(label)
    return {one: next(iter(labels)) if len(labels) == 1 else otherwise for one, labels in owners.items() if one}


def _parts_of_name(name: str) -> Iterator[str]:
    said = [word for word in plain(name).replace(",", " ").split() if word]
    if len(said) > 1:
        yield " ".join(said)
        yield from (f"{said[-1]}, {' '.join(said[:-1])}", f"{said[-1]} {' '.join(said[:-1])}", f"{said[0]} {said[-1]}")
    for word in said:
        for part in {word, word.replace("-", " "), word.replace("'", ""), *word.split("-")}:
            if len(part) >= SHORTEST_NAME and part not in NO_NAMES:
                yield part


def _parts_of_address(address: str) -> Iterator[str]:
    yield address
    yield plain(address).replace(",", "")
    lines = [line.strip() for line in plain(address).split(",")]
    for line in lines:
        for part in (line, _HOUSE_NUMBER.sub("", line), line.replace(" ", "") if _is_code(line) else line):
            if len(part) >= SHORTEST_PLACE and not part.isdigit():
                yield part


def _is_code(line: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}", line))
