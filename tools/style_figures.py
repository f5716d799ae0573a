"""Print how the code reads: docstrings that begin with a verb, one-word function names, the size of packages and files.

Run `python tools/style_figures.py`; with `--check` it exits with 1 when a figure misses its goal, and with `--list` it
names what to improve.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("warehouse", "elexon_assets", "pipeline_assets", "renewables", "dashboards")
VERB_SHARE_GOAL = 0.90
"The least share of function docstrings that begin with a verb."
ONE_WORD_SHARE_GOAL = 0.35
"The greatest share of function names that are one word."
LARGEST_PACKAGE_GOAL = 0.40
"The greatest share of the code that one package may hold."
LONGEST_FILE_GOAL = 300


@dataclass(frozen=True)
class Function:
    """One function or method of the product."""

    place: str
    name: str
    docstring: str | None


def functions_of(package: str) -> Iterator[Function]:
    """Yield every function and method of a package except dunder methods."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("__"):
                yield Function(f"{path.relative_to(ROOT)}:{node.lineno}", node.name, ast.get_docstring(node))


def is_one_word(name: str) -> bool:
    """Return whether a function name consists of one word."""
    return "_" not in name.strip("_")


def begins_with_verb(docstring: str) -> bool:
    """Return whether a docstring begins with a verb in the imperative or the third person.

    A verb is a word of the list `VERBS` below; extend the list when a good verb is missing.
    """
    first = re.match(r"[A-Za-z]+", docstring)
    if first is None:
        return False
    word = first.group().lower()
    return bool({word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"} & VERBS)


VERBS = frozenset(
    """
    accept acquire add adjust aggregate align allow answer append apply archive ask assemble assert assign attach
    await back bind block book bound break bring build cache calculate call cancel capture carry catch change check
    choose claim classify clean clear close collect colour combine commit compare complete compose compress compute
    concatenate configure confirm connect consume contain continue convert copy count cover create cut decide declare
    decode decompress decorate deduplicate define delete deliver derive describe deserialise detect determine display
    divide do download draft drain draw drop dump edit embed emit empty enable encode end enforce ensure enter escape
    estimate evaluate examine exclude execute exit expand expect explain export express extend extract fail fetch fill
    filter find finish fit fix flag flatten fold follow force forget format freeze generate get give go group guard
    guess handle hash hide hold honour identify ignore import include increase index infer inform ingest initialise
    insert inspect install interpolate interrupt invalidate issue iterate join judge keep kill know label land launch
    lay lead leave let limit line link list listen load locate lock log look lower make map mark match materialize
    measure merge migrate move multiply name narrow normalise note notify number observe offer omit open order
    overwrite own page pair parse partition pass paste patch perform pick pin place plan plot point poll pool populate
    prepare present preserve prevent print probe process produce propose prove prune publish pull push put query queue
    quote raise rank read rebuild receive recognise recompute reconcile record recover redact redirect reduce refer
    refresh refuse reject release reload remember remove rename render reopen repair repeat replace replay reply
    report represent request require reserve reset resolve respond restart restore restrict resume retain retry return
    reuse reveal revert review revise rewrite roll round route run sample save say scale scan schedule score search
    see seed select send separate serialise serve set share shift shorten show shut sign simulate size skip sleep
    slice sort spawn split spoil spread stack stage start state stay stop store stream strip style submit subtract
    suggest sum supply swap switch take tell terminate test throw tick time toggle track translate treat trim try turn
    type undo unlink unpack update upgrade upload use validate verify view visit wait walk warn watch weigh wire
    withdraw work wrap write yield
    """.split()  # noqa: SIM905 (a list of words reads better as text)
)


def main() -> int:
    """Print the figures and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure misses its goal")
    parser.add_argument("--list", action="store_true", help="name the functions to improve")
    parser.add_argument("packages", nargs="*", default=PACKAGES, help="packages to measure (all)")
    arguments = parser.parse_args()
    functions = [function for package in arguments.packages for function in functions_of(package)]
    with_docstring = [function for function in functions if function.docstring]
    without_verb = [f for f in with_docstring if not begins_with_verb(f.docstring or "")]
    one_word = [function for function in functions if is_one_word(function.name)]
    lines = {
        package: sum(len(path.read_text().splitlines()) for path in (ROOT / package).rglob("*.py"))
        for package in PACKAGES
    }
    longest = max(len(path.read_text().splitlines()) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    if arguments.list:
        for function in without_verb:
            print(f"{function.place} {function.name}: {(function.docstring or '').splitlines()[0]}")
        for function in one_word:
            print(f"{function.place} one word: {function.name}")
    verb_share = 1 - len(without_verb) / max(len(with_docstring), 1)
    one_word_share = len(one_word) / max(len(functions), 1)
    largest = max(lines.values()) / sum(lines.values())
    print(f"function docstrings that begin with a verb: {verb_share:.1%} of {len(with_docstring)} (goal 90 %)")
    print(f"one-word function names: {one_word_share:.1%} of {len(functions)} (goal at most 35 %)")
    print(f"largest package: {largest:.1%} of {sum(lines.values())} lines (goal at most 40 %)")
    print(f"longest file: {longest} lines (goal at most {LONGEST_FILE_GOAL})")
    within_goals = (
        verb_share >= VERB_SHARE_GOAL
        and one_word_share <= ONE_WORD_SHARE_GOAL
        and largest <= LARGEST_PACKAGE_GOAL
        and longest <= LONGEST_FILE_GOAL
    )
    return 0 if within_goals or not arguments.check else 1


if __name__ == "__main__":
    sys.exit(main())
