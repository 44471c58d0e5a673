"""Small invented school census exports and attendance marks."""

from tests.connectors.feed_samples import csv_file

PUPIL_ROW = {
    "pupilonrolltableid": "a1b2-1",
    "NativeId": "SCH7",
    "dob": "2013-Apr-05 00:00:00",
    "surname": "Quillfeather",
    "forename": "Bramble",
    "upn": "X999000000017",
    "sex": "F",
    "entrydate": "2022-Sep-05 00:00:00",
    "termlysessionspossible": "134.0",
    "termlysessionsauthorised": "8.0",
    "termlysessionsunauthorised": "",
    "parttime": "False",
    "enrolstatus": "C",
    "boarder": "N",
    "senprovision": "K",
    "ncyearactual": "5",
    "language": "ENG",
}
EXCLUSION_ROW = {
    "pupilonrolltableid": "a1b2-1",
    "NativeId": "SCH7",
    "termlyexclusionsonrolltableid": "x1",
    "termlyexclusionsonrollorderseqcolumn": "1",
    "sourceid": "s1",
    "startdate": "2024-Nov-20 00:00:00",
    "sessions": "10.0",
    "reason1": "PP",
    "reason2": "",
    "reason3": "",
    "category": "FIXD",
    "senprovision": "",
}
DETAIL_ROW = {
    "pupilonrolltableid": "a1b2-1",
    "NativeId": "SCH7",
    "termlysessiondetailsonrolltableid": "d1",
    "termlysessiondetailsonrollorderseqcolumn": "1",
    "sourceid": "s1",
    "sessions": "12.0",
    "attendancereason": "N",
}
MARK_ROW = {
    "pupil_id": "P-12",
    "upn": "X999000000017",
    "surname": "Quillfeather",
    "forename": "Bramble",
    "dob": "2013-04-05",
    "sex": "F",
    "school": "4001",
    "date": "2024-11-20",
    "session": "AM",
    "code": "O",
    "comment": "",
}


def rows(row: dict[str, str], *changes: dict[str, str]) -> bytes:
    """Write one row for each set of changes."""
    return csv_file(({**row, **change} for change in changes), row)
