"""The people of the demo: whom to sign in as, and what each of them is there to show. All of them are invented."""

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


ANALYST = "reads what the agencies told openly, sees that more is withheld and whom to ask"
HEALTH = "reads what health told, and knows that other agencies hold more"
POLICE = "holds every police clearance: the only one who reads sealed and locked police entries"
AUDITOR = "verifies the ledger and sees who was shown what, and never reads a child's entries"
OPERATOR = "keeps the hub running and reads nothing in it"
REFUSED = "no rule permits this person anything: whatever is asked for is refused, and the refusal is recorded"
FEEDS = "owns the police's feeds: lists, opens and settles what was refused of them, and reads no child's record"
CARE = "childrens_social_care"
ALL_POLICE = ("locked", "police_intelligence", "sealed")


def demo_people() -> tuple[DemoPerson, ...]:
    """List the people of the demo."""
    return (
        DemoPerson("demo-analyst", "Ana Testperson-Mash", CARE, "analyst", ("identity",), ANALYST),
        DemoPerson("demo-health", "Hal Testperson-Ward", "health", "practitioner", (), HEALTH),
        DemoPerson("demo-police", "Pol Testperson-Desk", "police", "analyst", ALL_POLICE, POLICE),
        DemoPerson("demo-auditor", "Aud Testperson-Check", CARE, "auditor", (), AUDITOR),
        DemoPerson("demo-operator", "Opa Testperson-Rack", CARE, "operator", (), OPERATOR),
        DemoPerson("demo-feeds", "Fee Testperson-Feed", "police", "feed_owner", ("quarantine",), FEEDS),
        DemoPerson("demo-refused", "Ref Testperson-Board", "education", "governance", (), REFUSED),
    )
