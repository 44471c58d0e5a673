"""The people of the demo: whom to sign in as, and what each of them is there to show. All of them are invented."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as: agency, role and clearances in the words of `access_policy.vocabulary`, and what they show."""

    id: str
    name: str
    agency: str
    role: str
    clearances: tuple[str, ...]
    shows: str


def demo_people() -> tuple[DemoPerson, ...]:
    """List the people of the demo."""
    return (
        DemoPerson(
            "demo-analyst",
            "Ana Testperson-Mash",
            "childrens_social_care",
            "analyst",
            (),
            "a MASH analyst: reads what the agencies told openly, and sees that more is withheld and whom to ask",
        ),
        DemoPerson(
            "demo-health",
            "Hal Testperson-Ward",
            "health",
            "practitioner",
            (),
            "a health practitioner: reads what health told, and knows that other agencies hold more",
        ),
        DemoPerson(
            "demo-police",
            "Pol Testperson-Desk",
            "police",
            "analyst",
            ("locked", "police_intelligence", "sealed"),
            "a police analyst with every police clearance: the only one who reads sealed and locked police entries",
        ),
        DemoPerson(
            "demo-auditor",
            "Aud Testperson-Check",
            "childrens_social_care",
            "auditor",
            (),
            "an auditor: verifies the ledger and sees who was shown what, and never reads a child's entries",
        ),
        DemoPerson(
            "demo-operator",
            "Opa Testperson-Rack",
            "childrens_social_care",
            "operator",
            (),
            "an operator: keeps the hub running and reads nothing in it",
        ),
        DemoPerson(
            "demo-refused",
            "Ref Testperson-Board",
            "education",
            "governance",
            (),
            "a reader whom no rule permits: whatever this person asks for is refused, and the refusal is recorded",
        ),
    )


def people_file() -> str:
    """Write the content of a `people.json`: a list of objects with id, name, agency, role and clearances; no secret is in it."""
    told = ("id", "name", "agency", "role", "clearances")
    people = [{key: getattr(person, key) for key in told} for person in demo_people()]
    return json.dumps(people, indent=2) + "\n"
