"""How sensitive a FHIR resource is: what its own labels say (meta.security, HL7 v3 Confidentiality), raised where its codes or words are of mental or sexual health.

The list is small and stated, since without a terminology server no hierarchy is known: ICD-10 chapters, a few SNOMED CT concepts, and words. It only ever raises.
"""

import re
from collections.abc import Iterator
from typing import Any

from connectors.fhir_elements import Resource, rows, table

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LEVELS = ("ROUTINE", "SENSITIVE", "RESTRICTED")
LABELS = {"R": "SENSITIVE", "V": "RESTRICTED"}
"""U, L, M and N (unrestricted to normal) are ROUTINE; R is restricted, V very restricted."""
ICD10 = re.compile(r"F[0-9]{2}|A5[0-9]|A6[0-4]|B2[0-4]|O[0-9]{2}|X[67][0-9]|X8[0-4]|T74|Z3[0-7]")
"""Mental and behavioural disorders, sexually transmitted infections, HIV, pregnancy and contraception, self-harm, maltreatment."""
SNOMED_CODES = frozenset(
    {
        "74732009",  # mental disorder
        "35489007",  # depressive disorder
        "197480006",  # anxiety disorder
        "72366004",  # eating disorder
        "6471006",  # suicidal thoughts
        "82313006",  # suicide attempt
        "8098009",  # sexually transmitted infectious disease
        "86406008",  # human immunodeficiency virus infection
        "77386006",  # pregnant
    }
)
WORDS = re.compile(
    r"mental|psych|depress|self.?harm|suicid|eating disorder|sexual|contracept|pregnan|abortion|terminat\w+ of preg|\bhiv\b|\bcamhs\b|substance misuse|drug misuse",
    re.IGNORECASE,
)
READ = ("code", "category", "type", "serviceType", "reasonCode")


def sensitivity_of(resource: Resource, patient_level: str) -> str:
    """Give the highest of what the resource's labels, its codes and words, and its patient's labels say."""
    of_codes = "SENSITIVE" if any(map(_is_sensitive, _codings(resource))) else "ROUTINE"
    return max(label_of(resource), of_codes, patient_level, key=LEVELS.index)


def label_of(resource: Resource) -> str:
    """Give what a resource's security labels say; ROUTINE where there is none."""
    labels = rows(table(resource.get("meta")).get("security"))
    said = [LABELS.get(str(one.get("code")), "ROUTINE") for one in labels if one.get("system") == CONFIDENTIALITY]
    return max(said, key=LEVELS.index, default="ROUTINE")


def _codings(resource: Resource) -> Iterator[Resource]:
    for name in READ:
        for found in rows(resource.get(name)):
            yield {"display": found.get("text")}
            yield from rows(found.get("coding"))


def _is_sensitive(coding: dict[str, Any]) -> bool:
    code, display = coding.get("code"), coding.get("display")
    if isinstance(code, str) and (
        code in SNOMED_CODES or ("icd-10" in str(coding.get("system")) and ICD10.match(code))
    ):
        return True
    return isinstance(display, str) and WORDS.search(display) is not None
