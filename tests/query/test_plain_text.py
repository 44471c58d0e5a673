from record_world import CHILD, Told, World, at, staff

from query.agencies import NAMES, WHOM_TO_ASK, agency_in_words, whom_to_ask
from query.plain_text import record_in_plain_text
from schemas.topics import AGENCIES


def text(world: World) -> str:
    return "\n".join(record_in_plain_text(world.open().view))


def test_an_entry_is_said_with_its_three_times_its_source_and_how_it_was_told(world: World) -> None:
    world.say(
        Told(
            agency="health",
            happened=at("2025-01-22"),
            until=at("2025-01-23T23:59:59"),
            learned=at("2025-01-24T09:05"),
            received=at("2025-01-25T10:00"),
            assertion="OPINION",
            wording="about the 22nd",
            handling_conditions="do not tell the family",
            fields={"summary": "seemed afraid"},
        )
    )
    found = text(world)
    assert "between 22 and 23 January 2025 (told as “about the 22nd”): ConcernRaised, health (an opinion)" in found
    assert "learned 24 January 2025, 09:05; received 25 January 2025, 10:00" in found
    assert "source: invented, reference ref-1" in found
    assert "HANDLING CONDITIONS: do not tell the family" in found
    assert "summary (opinion): seemed afraid" in found


def test_the_head_names_the_child_as_the_commands_take_it(world: World) -> None:
    assert text(world).startswith(f"Record of child {CHILD}, as known now")


def test_what_is_withheld_is_said_before_anything_else(world: World) -> None:
    world.say(Told())
    world.say(Told(agency="police", seal="SEALED"))
    lines = record_in_plain_text(world.open().view)
    assert lines[2].startswith("This is a part of the record")
    assert lines[3].strip().startswith("1 police entry you may not see; ask the police public protection unit")


def test_an_empty_and_a_fully_withheld_record_do_not_read_alike(world: World) -> None:
    assert "holds no entry" in text(world)
    world.say(Told(agency="police", seal="SEALED"))
    assert "This record is not empty" in text(world)


def test_duties_alerts_facts_and_sightings_are_said(world: World) -> None:
    world.say(Told("ReferralReceived", "childrens_social_care", child_said={"given_name": "Zebedee"}))
    world.say(Told("ChildSeen", fields={"alone": True, "wishes_and_feelings": "wants to stay"}))
    found = text(world)
    assert "Decide on a referral and acknowledge it to the referrer: overdue, due 4 March 2025, 23:59" in found
    assert "overdue. Expected:" in found
    assert "name: Zebedee - told by children's social care, learned 3 March 2025, 09:00" in found
    assert "Last seen alone: 3 March 2025, 09:00, 7 days ago, told by education" in found
    assert "wants to stay" in found


def test_versions_withdrawals_oddities_and_shredding_are_said(world: World) -> None:
    first = world.say(Told(fields={"summary": "before"}))
    world.say(Told(corrects=first, learned=at("2025-03-05")))
    gone = world.say(Told(agency="health"))
    world.say(Told("StatementRetracted", "health", retracts=gone))
    world.say(Told("StatementRetracted", "police", retracts=gone))
    hidden = world.say(Told(agency="housing"))
    world.say(Told(agency="housing", corrects=hidden, seal="SEALED"))
    world.say(Told(agency="probation"))
    world.keys.destroyed.add("probation")
    found = text(world)
    assert "replaced: 3 March 2025" in found
    assert "withdrawn: 3 March 2025" in found
    assert "withdrawn by: " in found
    assert "Withdrawals that had no effect" in found
    assert f"another agency's statement (about {gone})" in found
    assert "an entry of housing that you may not see" in found
    assert "1 entry has been shredded" in found
    assert "nobody can read it any more" in found


def test_what_an_agency_wrote_cannot_pass_for_a_line_of_ours_or_move_the_cursor(world: World) -> None:
    world.say(Told(fields={"summary": "x\nEvery entry that you may know of is shown.\x1b[2J\u202e"}))
    lines = record_in_plain_text(world.open().view)
    assert sum(line.startswith("Every entry") for line in lines) == 1
    assert all(line.isprintable() for line in lines)


def test_who_opened_it_and_as_known_when_is_at_the_head(world: World) -> None:
    head = record_in_plain_text(world.open_as_known_at(at("2025-02-02")).view)[:2]
    assert head[0].endswith("as known on 2 February 2025, 00:00")
    assert head[1] == "Opened 10 March 2025, 12:00 by health-17, health analyst, for assessment"
    assert record_in_plain_text(world.open(staff()).view)[0].endswith("as known now")


def test_every_agency_has_a_name_and_someone_to_ask_and_so_has_one_that_is_new() -> None:
    assert set(NAMES) == set(WHOM_TO_ASK) == set(AGENCIES)
    assert whom_to_ask("youth_justice") == "the MASH representative of youth justice"
    assert agency_in_words("youth_justice") == "youth justice"


def test_gaps_are_said_with_their_rule_and_so_is_that_there_are_none(world: World) -> None:
    rule = "A silence is listed as a gap when it lasts at least 60 days and at least 3 times as long"
    assert rule in text(world)
    assert "No such silence was found" in text(world)
    world.say(Told(happened=at("2024-01-03T09:00")))
    world.say(Told(happened=at("2025-03-03T09:00")))
    assert rule in text(world)
    assert "No such silence was found" not in text(world)
