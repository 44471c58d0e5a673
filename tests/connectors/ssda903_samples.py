"""Small invented files of the SSDA903 set: one row each that says everything its columns can say."""

import csv
import io

ROWS: dict[str, dict[str, str]] = {
    "header": {
        "CHILD": "LAC-7",
        "SEX": "2",
        "DOB": "05/04/2006",
        "ETHNIC": "WBRI",
        "UPN": "X999000000017",
        "MOTHER": "1",
        "MC_DOB": "02/02/2024",
    },
    "episodes": {
        "CHILD": "LAC-7",
        "DECOM": "10/05/2023",
        "RNE": "S",
        "LS": "C1",
        "CIN": "N1",
        "PLACE": "U4",
        "PLACE_PROVIDER": "PR1",
        "DEC": "30/11/2023",
        "REC": "X1",
        "REASON_PLACE_CHANGE": "CREQO",
        "HOME_POST": "ZZ99 9ZZ",
        "PL_POST": "ZZ98 8ZZ",
        "URN": "9999001",
    },
    "reviews": {"CHILD": "LAC-7", "DOB": "05/04/2006", "REVIEW": "08/06/2023", "REVIEW_CODE": "PN1"},
    "uasc": {"CHILD": "LAC-7", "SEX": "2", "DOB": "05/04/2006", "DUC": "05/04/2024"},
    "oc2": {
        "CHILD": "LAC-7",
        "DOB": "05/04/2006",
        "SDQ_SCORE": "17",
        "SDQ_REASON": "",
        "CONVICTED": "0",
        "HEALTH_CHECK": "",
        "IMMUNISATIONS": "1",
        "TEETH_CHECK": "1",
        "HEALTH_ASSESSMENT": "1",
        "SUBSTANCE_MISUSE": "0",
        "INTERVENTION_RECEIVED": "",
        "INTERVENTION_OFFERED": "",
    },
    "oc3": {"CHILD": "LAC-7", "DOB": "05/04/2004", "IN_TOUCH": "YES", "ACTIV": "G6", "ACCOM": "U1"},
    "ad1": {
        "CHILD": "LAC-7",
        "DOB": "05/04/2020",
        "DATE_INT": "03/07/2023",
        "DATE_MATCH": "04/09/2023",
        "FOSTER_CARE": "0",
        "NB_ADOPTR": "2",
        "SEX_ADOPTR": "MF",
        "LS_ADOPTR": "L11",
    },
    "placed-for-adoption": {
        "CHILD": "LAC-7",
        "DOB": "05/04/2020",
        "DATE_PLACED": "03/07/2023",
        "DATE_PLACED_CEASED": "01/02/2024",
        "REASON_PLACED_CEASED": "RD3",
    },
    "previous-permanence": {
        "CHILD": "LAC-7",
        "DOB": "05/04/2006",
        "PREV_PERM": "P2",
        "LA_PERM": "999",
        "DATE_PERM": "zz/zz/2012",
    },
    "missing": {
        "CHILD": "LAC-7",
        "DOB": "05/04/2006",
        "MISSING": "M",
        "MIS_START": "01/08/2023",
        "MIS_END": "03/08/2023",
    },
    "sw-episodes": {
        "CHILD": "LAC-7",
        "DOB": "05/04/2006",
        "SW_ID": "SW999001",
        "SW_DECOM": "10/05/2023",
        "SW_DEC": "20/02/2024",
        "SW_REASON": "FCONTA",
    },
}


def file_of(name: str, *changes: dict[str, str]) -> bytes:
    """Write one of the files as councils' systems do (CRLF), with a row for each set of changes."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(ROWS[name]))
    writer.writeheader()
    writer.writerows({**ROWS[name], **change} for change in changes or ({},))
    return out.getvalue().encode()
