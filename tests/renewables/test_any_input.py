"""Tests that any setting, address or argument works or ends in one sentence that says what to write instead."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.filled_homes import Renewables
from tests.fuzzing import ODD_TEXTS, examples
from tools.fuzz_targets import check_address

HOSTS = st.sampled_from(["127.0.0.1", "[::1]", "[::", "mirror.example", "ex ample", "xn--", "é.example", "a" * 300, ""])
ADDRESSES = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "ftp", "ducklake:postgres", "postgresql", "sqlite", "s3", ""]),
    st.sampled_from(["", "user@", "user:p%40ss@", ":@", "a:b@c@", "%zz:%@"]),
    HOSTS,
    st.sampled_from(["", ":0", ":80", ":99999", ":port", ":", ":٣"]),
    st.sampled_from(["", "/", "/bmrs/api/v1", "/%", "/a b", "?token=%ff", "#x", "/../..", "/\x00"])
    | st.text(max_size=10),
)


@given(ADDRESSES | ODD_TEXTS | st.text(max_size=40))
@example("http://127.0.0.1:8899/bmrs/api/v1")
@example("postgresql://user:password@host:port/database")
@examples(50)
def test_any_address_is_usable_or_refused_in_one_sentence(text: str) -> None:
    check_address(text.encode(errors="surrogateescape" if text.isascii() else "replace"))


TIMES = ODD_TEXTS.filter(lambda text: "\x00" not in text) | st.dates().map(str) | st.datetimes().map(str)
COMMANDS = [
    ["analyze", "--start", "{0}", "--end", "{1}"],
    ["analyze", "--as-of", "{0}"],
    ["quality", "--start", "{0}", "--end", "{1}"],
    ["value", "--start", "{0}", "--end", "{1}"],
    ["forecast", "--start", "{0}", "--end", "{1}"],
    ["pipelines", "compare", "--from", "{0}", "--to", "{1}"],
    ["dictionary", "{0}"],
    ["todo", "--owner", "{0}"],
]


@pytest.mark.usefixtures("warehouse")
@given(command=st.sampled_from(COMMANDS), first=TIMES, second=TIMES)
@examples(8)
def test_a_command_takes_any_argument_or_says_in_one_sentence_what_to_write(
    renewables: Renewables, command: list[str], first: str, second: str
) -> None:
    outcome = renewables(*(part.format(first, second) for part in command))
    assert outcome.code in (0, 1, 2)
    assert "Traceback" not in outcome.out + outcome.err
