"""Spelling: the one way in which text is made plain before it is compared, bounded whatever an agency wrote."""

import re
import unicodedata

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity, metaphone

LONGEST_TEXT, MOST_WORDS = 200, 10
"""What is longer is cut: no name or address needs more, and comparing stays bounded."""
WORD = re.compile(r"[^\W_]{1,40}")
ALIKE = 0.90
"""Jaro-Winkler at or above this is a likely slip of the pen; Splink's ready-made comparisons of names draw their lines at 0.92 and 0.88."""
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart into a letter and an accent."""
APOSTROPHES = str.maketrans("", "", "'`´’‘ʼʻ")  # the marks that people type in O'Brien


def plain(text: str) -> str:
    """Give text in lower case without accents, apostrophes and unprintable characters; hyphens stay; at most 200 characters."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    apart = unicodedata.normalize("NFKD", text.translate(APOSTROPHES).casefold())
    kept = (one for one in apart if not unicodedata.combining(one) and unicodedata.category(one)[0] != "C")
    return "".join(kept).translate(LETTERS)[:LONGEST_TEXT]


def words(text: str) -> tuple[str, ...]:
    """Give the plain words of a text in their order, hyphens parting them; at most 10 of at most 40 characters."""
    return tuple(WORD.findall(plain(text))[:MOST_WORDS])


def whole_names(text: str) -> tuple[str, ...]:
    """Give the plain names in a text, a hyphenated one as one name without its hyphen."""
    return tuple(WORD.findall(plain(text).replace("-", ""))[:MOST_WORDS])


def alike(left: str, right: str) -> bool:
    """Say whether two plain names are likely one, misspelt: near by Jaro-Winkler, or one slip apart in five letters or more."""
    if jaro_winkler_similarity(left, right) >= ALIKE:
        return True
    return min(len(left), len(right)) >= 5 and damerau_levenshtein_distance(left, right) == 1


def sound(name: str) -> str:
    """Give how a plain name sounds (metaphone), or the name itself where that says nothing."""
    return metaphone(name) or name
