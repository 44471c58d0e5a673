"""A small invented history: some children whom three agencies speak of within a month, as the files and messages that the agencies would send."""

from tests.connectors.feed_samples import EDUCATION_ROW, HEALTH_ROW, POLICE_ROW, census, child, csv_file

ISO = "2024-03-{:02}"


def nhs_number(number: int) -> str:
    """Make an NHS number of the invented 999 range, with its check digit; where none exists, the next one that has."""
    while True:
        nine = f"999{number:06}"
        check = 11 - sum(int(sign) * weight for sign, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return nine + str(check % 11)
        number += 500_000


def upn(number: int) -> str:
    return f"X99900{number:06}A"


def day_of(number: int) -> int:
    return 1 + number % 20


def health_file(children: range, **also: str) -> bytes:
    """Two contacts a child: one attended, one missed."""
    rows = []
    for number in children:
        shared = {**HEALTH_ROW, "hospital_no": f"H-{number}", "nhs_number": nhs_number(number), **also}
        day = ISO.format(day_of(number))
        rows.append({**shared, "contact_id": f"C-{number}-1", "contact_at": f"{day} 10:05"})
        missed = {"contact_type": "WNB", "service": "asthma clinic", "reason": ""}
        rows.append({**shared, **missed, "contact_id": f"C-{number}-2", "contact_at": f"{day} 15:00"})
    return csv_file(rows)


def education_file(children: range, **also: str) -> bytes:
    """Two absences a child."""
    rows = []
    for number in children:
        names = {"pupil_id": f"P-{number}", "upn": upn(number), "nhs_number": nhs_number(number), **also}
        for which, day in enumerate((day_of(number), day_of(number) + 3), 1):
            days = {
                "first_day": f"{day:02}/03/2024",
                "last_day": f"{day:02}/03/2024",
                "entered_on": f"{day:02}/03/2024",
            }
            rows.append({**EDUCATION_ROW, **names, **days, "record_id": f"A-{number}-{which}"})
    return csv_file(rows)


def police_file(children: range, **also: str) -> bytes:
    """One incident a child."""
    return csv_file(
        {**POLICE_ROW, "record_no": f"2024/{number:06}", "nominal_no": f"N-{number}", **also} for number in children
    )


def census_file(children: range) -> bytes:
    """One referral a child that nobody decided on."""
    return census(
        *(
            child(
                f"LA-{number}",
                f"<CINdetails><CINreferralDate>{ISO.format(day_of(number))}</CINreferralDate><ReferralSource>2A</ReferralSource>"
                "<ReferralNFA>0</ReferralNFA></CINdetails>",
                identifiers=f"<UPN>{upn(number)}</UPN><PersonBirthDate>2013-04-05</PersonBirthDate><Sex>F</Sex>",
            )
            for number in children
        )
    )
