"""The texts that must accompany data wherever it is shown: its owner, and whether it is synthetic or recorded.

Belongs here: the texts, and which of them a set of `source` values requires. Not here: where they are drawn.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

LICENCE_URL = "https://www.elexon.co.uk/data/balancing-mechanism-reporting-agent/copyright-licence-bmrs-data/"


OF_ELEXON = {"elexon", "recorded", "recorded-inferred"}
"The sources whose rows Elexon published."


def label_of_sources(sources: Iterable[str]) -> str:
    """Return SYNTHETIC, RECORDED, FROM with the host that answered, or several of them.

    The label is "" if all rows are Elexon's live ones, or if there are no rows.
    """
    names = set(sources)
    labels = ["SYNTHETIC"] if "synthetic" in names else []
    labels += ["RECORDED"] if names & {"recorded", "recorded-inferred"} else []
    labels += [f"FROM {host}" for host in _foreign_hosts(names)]
    return " AND ".join(labels)


def attribution(sources: Iterable[str], year: int | None = None) -> str:
    """Return the attribution that Elexon's licence requires, or "" if no row is Elexon's."""
    if not set(sources) & OF_ELEXON:
        return ""
    year = datetime.now(UTC).year if year is None else year
    return f"Contains BMRS data © Elexon Limited copyright and database right {year}"


def note_of_sources(sources: Iterable[str]) -> str:
    """Return one line for the foot of a table, a chart or a file."""
    names = set(sources)
    own = {
        "SYNTHETIC": "SYNTHETIC data from a simulator, not from Elexon.",
        "RECORDED": "RECORDED data: rows stored from Elexon's answers.",
        "SYNTHETIC AND RECORDED": "SYNTHETIC AND RECORDED data: rows from a simulator and stored rows from Elexon.",
    }.get(label_of_sources(names - set(_foreign_hosts(names))), "")
    hosts = [f"Data FROM {host}, which is not Elexon." for host in _foreign_hosts(names)]
    return " ".join(filter(None, [own, *hosts, attribution(names)]))


def _foreign_hosts(sources: Iterable[str]) -> list[str]:
    return sorted(source for source in sources if source and source not in {*OF_ELEXON, "synthetic"})
