"""The groups of commands for the pipeline's records.

Belongs here: which group has which commands. Not here: the commands themselves (`records.py`, `record_lists.py`,
`record_files.py`).
"""

from renewables.cli import record_files, record_lists, register_links
from renewables.cli.compare import compare
from renewables.cli.funnel import funnel
from renewables.cli.records import history, record_group, show

_OF_ALL = {
    "show": show,
    "history": history,
    "import": record_files.import_file,
    "export": record_files.export,
    "template": record_files.template,
    "revert": record_files.revert,
}

GROUPS = {
    "pipelines": record_group(
        "pipelines",
        "pipelines",
        "project",
        {
            **{"list": record_lists.pipelines, **_OF_ALL, "compare": compare, "funnel": funnel},
            **{
                "registers": register_links.registers,
                "proposals": register_links.proposals,
                "link": register_links.link,
            },
        },
    ),
    "counterparties": record_group(
        "counterparties", "counterparties", "counterparty", {"list": record_lists.counterparties, **_OF_ALL}
    ),
    "information-points": record_group(
        "information-points",
        "information_points",
        "information point",
        {"list": record_lists.information_points, **_OF_ALL},
    ),
    "milestones": record_group("milestones", "milestones", "milestone", {"list": record_lists.milestones, **_OF_ALL}),
}
"The groups by the name that is typed."
