"""Spelling: the one way in which text is made plain before it is compared, bounded whatever an agency wrote."""

import unicodedata

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity, metaphone

LONGEST_TEXT, LONGEST_WORD, MOST_WORDS = 200, 40, 10
"""What is longer is cut: no name or address of a person needs more, and comparing stays bounded."""
ALIKE = 0.90
"""Jaro-Winkler at or above this is a likely slip of the pen: the second of the three levels in Splink's own name comparisons is 0.92, its third 0.88."""
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart into a letter and an accent."""
APOSTROPHES = str.maketrans("", "", "'`´’‘ʼʻ")  # the marks that people type in O'Brien
PARTED = str.maketrans(dict.fromkeys('-–—_.,;:/\\()[]{}"&+*#|<>=!?@~^%$\t\r\n', " "))  # dashes as typed


def plain(text: str) -> str:
    """Give text in lower case without accents, apostrophes and unprintable characters; hyphens stay; at most 200 characters."""
    text = text[:LONGEST_TEXT]
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.translate(APOSTROPHES).casefold())
        kept = (one for one in apart if not unicodedata.combining(one) and unicodedata.category(one)[0] != "C")
        text = "".join(kept).translate(LETTERS)[:LONGEST_TEXT]
    return text.casefold().translate(APOSTROPHES)


def words(text: str) -> tuple[str, ...]:
    """Give the plain words of a text in their order, hyphens parting them; at most 10 of at most 40 characters."""
    return tuple(_cut(word) for word in plain(text).translate(PARTED).split()[:MOST_WORDS])


def whole_names(text: str) -> tuple[str, ...]:
    """Give the plain names in a text, a hyphenated one as one name without its hyphen."""
    return words("".join(plain(text).split("-")) if "-" in text else text)


def _cut(word: str) -> str:
    return word[:LONGEST_WORD]


def alike(left: str, right: str) -> bool:
    """Say whether two plain names are likely one, misspelt: near by Jaro-Winkler, or one slip apart in five letters or more."""
    if jaro_winkler_similarity(left, right) >= ALIKE:
        return True
    return min(len(left), len(right)) >= 5 and damerau_levenshtein_distance(left, right) == 1


def sound(name: str) -> str:
    """Give how a plain name sounds (metaphone), or the name itself where that says nothing."""
    return metaphone(name) or name
