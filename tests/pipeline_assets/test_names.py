"""Which spellings are one name, which names look alike, and how a name is stored."""

import pytest

from pipeline_assets.names import clean_name, control_character, look_alike_key, name_key

ONE_NAME = {
    "capitals": ("Fen Farm", "FEN FARM"),
    "blanks": ("Fen Farm", "  Fen \u00a0\u2009 Farm "),
    "composed and decomposed letters": ("Caf\u00e9 Wind", "Cafe\u0301 Wind"),
    "zero-width space": ("Fen Farm", "Fen\u200b Farm"),
    "byte order mark": ("Fen Farm", "\ufeffFen Farm"),
    "soft hyphen": ("Fen Farm", "Fen Fa\u00adrm"),
    "direction marks": ("Fen Farm", "\u202aFen Farm\u202c\u200e"),
    "variation selector": ("\u2600 Sun", "\u2600\ufe0f Sun"),
    "apostrophes": ("O'Brien", "O\u2019Brien"),
    "accents used as apostrophes": ("O'Brien", "O\u00b4Brien"),
    "quotes": ('"Fen" Farm', "\u201cFen\u201d Farm"),
    "dashes": ("Fen - Farm", "Fen \u2013 Farm"),
    "wide letters": ("Fen Farm", "\uff26\uff45\uff4e Farm"),
    "ligatures": ("Offshore", "O\ufb00shore"),
    "sharp s": ("Stra\u00dfe", "STRASSE"),
    "line break": ("Fen Farm", "Fen\nFarm"),
}
LOOK_ALIKE = {
    "accents": ("Cafe Wind", "Caf\u00e9 Wind"),
    "Cyrillic letters": ("Fen Farm", "Fen F\u0430rm"),
    "Greek capitals": ("KENT", "\u039a\u0395\u039d\u03a4"),
    "punctuation": ("Fen Farm Ltd", "Fen Farm Ltd."),
    "a missing blank": ("Fen Farm", "FenFarm"),
}
DIFFERENT = {
    "another letter": ("Fen Farm", "Fan Farm"),
    "another number": ("Phase 1", "Phase 2"),
    "numbers that punctuation divides": ("Site 1-2", "Site 12"),
    "only punctuation": ("!", "?"),
}


@pytest.mark.parametrize(("name", "other"), ONE_NAME.values(), ids=ONE_NAME)
def test_spellings_of_one_name_have_the_same_key(name: str, other: str) -> None:
    assert name_key(name) == name_key(other)


@pytest.mark.parametrize(("name", "other"), LOOK_ALIKE.values(), ids=LOOK_ALIKE)
def test_names_that_look_alike_have_different_name_keys_and_one_look_alike_key(name: str, other: str) -> None:
    assert name_key(name) != name_key(other)
    assert look_alike_key(name) == look_alike_key(other)


@pytest.mark.parametrize(("name", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_names_do_not_look_alike(name: str, other: str) -> None:
    assert look_alike_key(name) != look_alike_key(other)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Fen \u00a0 Farm ", "Fen Farm"),
        ("Cafe\u0301\u200b", "Caf\u00e9"),
        ("O\u2019Brien \u2013 Fen", "O\u2019Brien \u2013 Fen"),
        ("\U0001f469\u200d\U0001f527", "\U0001f469\u200d\U0001f527"),
        ("\u200b\u2060", ""),
        ("\u3164", ""),
    ],
)
def test_a_name_is_stored_without_invisible_characters(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("Two\nLines", "a line break"),
        ("Two\u2028Lines", "a line break"),
        ("Two\x0bLines", "a line break"),
        ("Two\tColumns", "a tab"),
        ("Bell\x07", "a control character (U+0007)"),
        ("Fen Farm\u200b", None),
    ],
)
def test_a_character_that_is_not_allowed_in_a_line_is_named(text: str, character: str | None) -> None:
    assert control_character(text) == character
