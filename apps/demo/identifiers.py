"""Invented identifiers with sound check digits: NHS numbers that are never issued, and pupil numbers of an authority that does not exist."""

NEVER_ISSUED = "999"
"""NHS numbers that begin so are kept for tests and are never given to a person."""
NO_AUTHORITY = "999"
"""No local authority has this number, so no school gives out such a UPN."""
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def nhs_check_digit(nine: str) -> int | None:
    """Compute the modulus-11 check digit of nine digits; None where it would be 10 and the number is never used."""
    total = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return None if check == 10 else check


def nhs_number(serial: int) -> str:
    """Give an NHS number of the 999 range with its check digit; every serial (0 to 90,000) has one of its own."""
    for step in range(10):
        nine = f"{NEVER_ISSUED}{serial * 10 + step:06}"
        check = nhs_check_digit(nine)
        if check is not None:
            return f"{nine}{check}"
    raise ValueError(f"expected a serial with a check digit within ten, found {serial}; take another")


def upn_check_letter(twelve: str) -> str:
    """Compute the check letter of a UPN from the twelve digits after it (DfE's weights 2 to 13, modulus 23)."""
    total = sum(int(digit) * weight for digit, weight in zip(twelve, range(2, 14), strict=True))
    return UPN_LETTERS[total % 23]


def unique_pupil_number(school: int, year: int, serial: int) -> str:
    """Give a UPN: authority 999, a school of four digits, the year of first entry and a serial of three digits."""
    twelve = f"{NO_AUTHORITY}{school:04}{year % 100:02}{serial:03}"
    return f"{upn_check_letter(twelve)}{twelve}"


def postcode(serial: int) -> str:
    """Give a postcode of the area ZZ, which does not exist."""
    letters = "ABDEFGHJLN"
    return f"ZZ{serial // 100 % 90 + 1} {serial % 10}{letters[serial // 10 % 10]}{letters[serial % 10]}"
