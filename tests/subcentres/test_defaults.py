"""D3: one switch for all attached centres, through every turn."""
from models.rules.standing import standing_of
from models.tables.exams import Centre
from models.tables.subcentres import AttachedCentre, Controls
from tests.subcentres.screen import ScreenPage

FIELDS = ("give_access", "delay", "contact_mode")


def in_force(cast, *centres):
    return [standing_of(centre, cast.june).controls for centre in centres]


def shown(screen, number):
    return [screen.shown(f"{number}-{name}") for name in FIELDS]


def switch(screen, on):
    return screen.change("defaults-uses_defaults", on)


def with_contact(cast, visit):
    """The screen, with a default contact stored."""
    screen = ScreenPage(visit(cast.associates_officer))
    screen.fill("defaults-contact_name", "Amal Raza")
    screen.fill("defaults-contact_phone", "+92 21 555 0100")
    screen.press("Save")
    return screen


def test_ticking_lets_all_in(cast, visit):
    screen = with_contact(cast, visit)

    switch(screen, True)

    assert screen.bar()[:2] == ["2 centres changed · defaults changed", "2 centres need credentials"]
    assert [screen.is_read_only(f"XA102-{name}") for name in FIELDS] == [True] * 3
    assert shown(screen, "XA102") == [True, "", "default"]
    assert in_force(cast, cast.karachi, cast.lima) == [Controls(), Controls()]
    assert "Saved. 2 centres changed." in screen.press("Save").text
    assert in_force(cast, cast.karachi, cast.lima) == [Controls(True, 0, "default")] * 2


def test_the_default_values_govern_every_row(cast, visit):
    screen = with_contact(cast, visit)
    switch(screen, True)

    screen.change("defaults-delay", "36")
    screen.change("defaults-contact_mode", "centre")
    screen.press("Save")

    assert in_force(cast, cast.karachi, cast.lima) == [Controls(True, 2160, "centre")] * 2


def test_switching_off_alone_changes_nothing_in_force(cast, visit):
    screen = with_contact(cast, visit)
    screen.change("XA101-delay", "5")
    screen.press("Save")
    switch(screen, True)
    screen.change("defaults-delay", "36")
    screen.press("Save")

    switch(screen, False)

    assert screen.bar()[0] == "0 centres changed · defaults changed"
    assert shown(screen, "XA101") == [True, "36h", "default"]
    assert screen.is_read_only("XA101-delay") is False
    assert "Saved." in screen.press("Save").text
    assert in_force(cast, cast.karachi, cast.lima) == [Controls(True, 2160, "default")] * 2
    screen.change("XA102-delay", "1")
    screen.press("Save")
    assert in_force(cast, cast.karachi, cast.lima) == [
        Controls(True, 2160, "default"), Controls(True, 60, "default")]


def test_on_off_and_on_again(cast, visit):
    screen = with_contact(cast, visit)
    for on in (True, False, True):
        switch(screen, on)
        screen.press("Save")
    screen.change("defaults-give_access", False)

    screen.press("Save")

    assert in_force(cast, cast.karachi, cast.lima) == [Controls(False, 0, "default")] * 2


def test_ticking_and_unticking_before_save_restores_everything(cast, visit):
    screen = with_contact(cast, visit)
    screen.change("XA101-delay", "5")
    screen.press("Save")
    screen.change("XA102-delay", "7")

    switch(screen, True)
    screen.change("defaults-delay", "36")
    assert shown(screen, "XA102") == [True, "36", "default"]
    switch(screen, False)

    assert shown(screen, "XA101") == [False, "5h", "default"]
    assert shown(screen, "XA102") == [False, "7", "default"]
    screen.press("Save")
    assert in_force(cast, cast.karachi, cast.lima) == [
        Controls(False, 300, "default"), Controls(False, 420, "default")]


def test_what_rows_were_drafted_is_gone_once_the_defaults_are_saved(cast, visit):
    screen = with_contact(cast, visit)
    screen.change("XA102-delay", "7")
    switch(screen, True)
    screen.press("Save")
    switch(screen, False)
    screen.press("Save")

    assert in_force(cast, cast.lima) == [Controls(True, 0, "default")]


def test_a_centre_attached_later_follows_the_defaults(cast, visit):
    screen = with_contact(cast, visit)
    switch(screen, True)
    screen.press("Save")

    cast.independent.associate = cast.associate
    cast.independent.save()

    assert in_force(cast, Centre.get_by_id(cast.independent.id)) == [Controls(True, 0, "default")]
    assert shown(screen, "XA101") == [True, "", "default"]
    screen.reload()
    assert screen.is_read_only("XC301-delay") is True
    switch(screen, False)
    screen.press("Save")
    assert AttachedCentre.get(AttachedCentre.centre == cast.independent).controls == Controls(True, 0, "default")


def test_a_centre_attached_while_they_are_off_starts_without_access(cast, visit):
    cast.independent.associate = cast.associate
    cast.independent.save()

    screen = ScreenPage(visit(cast.associates_officer))

    assert shown(screen, "XC301") == [False, "", "default"]


def test_a_row_cannot_be_changed_while_the_defaults_govern_it(cast, visit):
    screen = with_contact(cast, visit)
    switch(screen, True)
    screen.fields["was"] = [text.replace('["XA101",1,false]', '["XA101",1,false,false,"","default"]')
                            for text in screen.fields["was"]]

    answer = screen.send("/rows/XA101", **{"XA101-delay": "3", "was": '["XA101",0,false,false,"","default"]'})

    assert answer.status == 422
    assert "While ‘Use defaults’ is ticked, every centre follows the defaults." in answer.text


def test_who_switched_meanwhile_is_asked_about_once_for_all_rows(cast, visit, plain):
    mine = with_contact(cast, visit)
    mine.change("XA101-delay", "24")
    mine.change("XA102-delay", "48")
    theirs = ScreenPage(plain(cast.colleague))
    theirs.fill("defaults-uses_defaults", True)
    theirs.press("Save")

    answer = mine.press("Save")

    assert answer.status == 409
    assert "Somebody else switched ‘Use defaults’ while you were editing." in answer.text
    assert in_force(cast, cast.karachi, cast.lima) == [Controls(True, 0, "default")] * 2
    mine.press("Keep all mine")
    assert mine.shown("defaults-uses_defaults") is False
    assert "Saved. 2 centres changed." in mine.press("Save").text
    assert in_force(cast, cast.karachi, cast.lima) == [
        Controls(True, 1440, "default"), Controls(True, 2880, "default")]


def test_who_switched_meanwhile_may_be_right(cast, visit, plain):
    mine = with_contact(cast, visit)
    mine.change("XA101-delay", "24")
    theirs = ScreenPage(plain(cast.colleague))
    theirs.fill("defaults-uses_defaults", True)
    theirs.press("Save")
    mine.reload()

    mine.press("Take all theirs")

    assert mine.bar() == []
    assert "Everything is saved already." in mine.press("Save").text
    assert in_force(cast, cast.karachi) == [Controls(True, 0, "default")]


def test_a_conflict_in_the_default_row_shows_both_and_lets_choose(cast, visit, plain):
    mine = with_contact(cast, visit)
    mine.change("defaults-delay", "24")
    theirs = ScreenPage(plain(cast.colleague))
    theirs.fill("defaults-delay", "12")
    theirs.press("Save")

    assert mine.press("Save").status == 409
    mine.press("Keep mine (Use defaults)")
    assert mine.press("Save").status == 200

    assert standing_of(cast.karachi, cast.june).controls == Controls()
    assert mine.shown("defaults-delay") == "24h"
