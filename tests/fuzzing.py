"""What the tests with arbitrary inputs share: how many they try, and JSON, bytes and texts that are often wrong."""

import json
import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FUZZ_TIMES = "FUZZ_TIMES"
"The environment variable with the factor of all numbers of examples: `FUZZ_TIMES=50 pytest -k any_` for a long search."

ODD_TEXTS = st.sampled_from(
    [
        *(
            "",
            " ",
            "\x00",
            "\x1b[31m",
            "\u202e",
            "é" * 300,
            "x" * 5_000,
            "😀",
            "%",
            "%zz",
            "&",
            "[]",
            "{}",
            "null",
            "true",
        ),
        *("true", "0", "-1", "1e400", "nan", "inf", "9" * 40, "0x10", "1,5", "٣", "2024-02-30", "2024-04-01"),
        *("2024-04-01,2024-03-29", "2024-04-01,2024-04-02", "0001-01-01T00:00+14:00", "2024-04-01T00:00Z"),
        *("2024-04", "9999-12-31"),
        *("' OR 1=1 --", '"; DROP TABLE flags', "<script>alert(1)</script>", "../../etc/passwd", "$x^2$", ":red[x]"),
    ]
)
"Texts that readers of numbers, times, SQL, HTML and Markdown stumble over."


def examples(usual: int) -> settings:
    """Return the settings of a test that tries so many examples in CI, and FUZZ_TIMES as many when asked."""
    return settings(
        max_examples=usual * int(os.environ.get(FUZZ_TIMES, "1")),
        deadline=None,  # a busy machine must not fail a test
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def json_values(names: list[str]) -> st.SearchStrategy[Any]:
    """Return JSON of any shape, in which objects often have these names."""
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | ODD_TEXTS
    keys = st.sampled_from([*names, "data", "metadata"]) | st.text(max_size=5)
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=12
    )


def as_bytes(value: Any) -> bytes:
    """Return the JSON of a value, also of one with half of a surrogate pair, NaN or an infinity."""
    return json.dumps(value).encode()


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Return the bytes with a few of them changed, removed, repeated or cut off."""
    spoiled = bytearray(content)
    for _ in range(draw(st.integers(1, 5))):
        if not spoiled:
            break
        at = draw(st.integers(0, len(spoiled) - 1))
        length = draw(st.integers(1, 20))
        match draw(st.sampled_from(["change", "remove", "repeat", "cut"])):
            case "change":
                spoiled[at : at + length] = draw(st.binary(max_size=length))
            case "remove":
                del spoiled[at : at + length]
            case "repeat":
                spoiled[at:at] = spoiled[at : at + length] * draw(st.integers(1, 3))
            case "cut":
                del spoiled[at:]
    return bytes(spoiled)
