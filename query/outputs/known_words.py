"""Finding known words in free text: whole words in any case, with any apostrophe, hyphen or run of blanks; and what looks like a number that names somebody."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

APOSTROPHES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013", "-")
)
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
PATTERNS: Mapping[str, tuple[str, str]] = {
    "email": (r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", "[e-mail address]"),
    "upn": (r"(?<![^\W_])[A-Za-z]\d{11}[0-9A-Za-z](?![^\W_])", "[UPN]"),
    "insurance": (r"(?<![^\W_])[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d](?![^\W_])", "[National Insurance number]"),
    "nhs": (r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)", "[NHS number]"),
    "phone": (r"(?<![\d+])(?:\+44|\(?0)[\d ()-]{7,14}\d(?!\d)", "[telephone number]"),
    "postcode": (r"(?<![^\W_])[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}(?![^\W_])", "[postcode]"),
}
"""What is replaced wherever it stands, whether the record knows it or not: a regular expression, and what stands in its place."""

KNOWN = "known"
BIRTH, BIRTH_SAID = "birth", "[date of birth]"
NUMBER, NUMBER_SAID = "number", "[reference]"
_DAY_BEFORE = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?\s*$", re.IGNORECASE)
_DAY_OR_YEAR_AFTER = re.compile(r"\s+(?:\d{1,2}(?:st|nd|rd|th|,)|(?:19|20)\d\d\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KnownWords:
    """What to look for, as one regular expression, and what each known word becomes (keys as `plain` gives them)."""

    pattern: re.Pattern[str] = field(repr=False)
    said: Mapping[str, str] = field(repr=False)

    def replaced(self, text: str) -> str:
        """Give a text with everything that is known, and everything that looks like a number of somebody's, replaced."""
        return self.pattern.sub(self._instead, cleaned(text))

    def _instead(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        if kind in (BIRTH, NUMBER):
            return BIRTH_SAID if kind == BIRTH else NUMBER_SAID
        if kind in PATTERNS:
            return PATTERNS[kind][1]
        word = plain(found.group(KNOWN))
        return found.group() if word in MONTHS and _in_a_date(found) else self.said[word]


def known_words(words: Mapping[str, str], numbers: Iterable[str], births: Iterable[date]) -> KnownWords:
    """Make what looks for these words (and what each becomes), these numbers and references, and these days in every usual way of writing them."""
    said = {plain(word): instead for word, instead in words.items() if plain(word)}
    days = "|".join(one for birth in sorted(set(births)) for one in _ways_of_writing(birth))
    listed = {plain(one) for one in numbers if plain(one)}
    parts = [rf"(?P<{BIRTH}>(?<!\d)(?:{days})(?!\d))"] if days else []
    if listed:
        parts.append(rf"(?P<{NUMBER}>(?<![^\W_])(?:{_branches(listed)})(?![^\W_]))")
    if said:
        # Letters alone end a word: a name with a digit after it is still the name, and so is its plural.
        every = {*said, *(" ".join(cleaned(word).lower().split()) for word in words)} - {""}
        parts.append(rf"(?<![^\W\d_])(?P<{KNOWN}>{_branches(every)})(?:e?s)?(?![^\W\d_])")
    shapes = [f"(?P<{kind}>{pattern})" for kind, (pattern, _) in PATTERNS.items()]
    # An address of e-mail goes as a whole, before the names that it is made of.
    parts = [shapes[0], *parts, *shapes[1:]]
    return KnownWords(re.compile("|".join(parts), re.IGNORECASE), said)


def cleaned(text: str) -> str:
    """Give a text in one form: composed letters, plain apostrophes and hyphens, and no signs that cannot be seen, since a name may hide behind them."""
    if text.isascii():
        return text.replace("`", "'")
    composed = unicodedata.normalize("NFKC", text).translate(APOSTROPHES)
    return "".join(one for one in composed if unicodedata.category(one) != "Cf")


def plain(word: str) -> str:
    """Give a word in the form in which two are compared: cleaned, in small letters, its blanks single."""
    return " ".join(cleaned(word).casefold().split())


def _in_a_date(found: re.Match[str]) -> bool:
    # "3 May 2025" stays a date where somebody is called May: "3 Child B 2025" would tell the name.
    before, after = found.string[: found.start()], found.string[found.end() :]
    return bool(_DAY_BEFORE.search(before) or _DAY_OR_YEAR_AFTER.match(after))


def _ways_of_writing(birth: date) -> list[str]:
    day, month, year = f"0?{birth.day}", f"0?{birth.month}", f"(?:{birth:%Y}|{birth:%y})"
    name = rf"{birth:%b}(?:{MONTHS[birth.month - 1][3:]})?\.?"
    return [
        rf"{birth:%Y}[-/. ]?{birth:%m}[-/. ]?{birth:%d}",
        rf"{birth:%d}{birth:%m}{birth:%Y}",
        rf"{day}\s*[-/.]\s*{month}\s*[-/.]\s*{year}",
        rf"{day}(?:st|nd|rd|th)?\s*(?:of\s+)?[-]?{name}[-]?,?\s*'?{year}",
        rf"{name}\s+{day}(?:st|nd|rd|th)?,?\s+'?{year}",
    ]


def _branches(words: Iterable[str]) -> str:
    """Write words as one regular expression that shares their beginnings, so that thousands are looked for as fast as one."""
    tree: dict[str, Any] = {}
    for word in sorted(words):
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _written(tree)


def _written(node: Mapping[str, Any]) -> str:
    run = ""
    while len(node) == 1 and "" not in node:
        letter, node = next(iter(node.items()))
        run += _letter(letter)
    longer = [f"{_letter(letter)}{_written(below)}" for letter, below in node.items() if letter]
    if not longer:
        return run
    # The longer word is tried first.
    return f"{run}(?:{'|'.join(longer)}){'?' if '' in node else ''}"


def _letter(letter: str) -> str:
    return r"\s+" if letter == " " else re.escape(letter)
