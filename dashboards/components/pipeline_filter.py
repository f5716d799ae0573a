"""The filter of the pipeline's dashboard: its controls, and the chosen values as chips and as words of a title.

The choices are part of the address. Not here: what a filter selects (`renewables/queries/pipeline.py`).
"""

from datetime import UTC, datetime

import streamlit as st

from dashboards.components.toolbar import KEPT, Chip, more_options
from renewables.queries.pipeline import Filter
from renewables.queries.pipeline_choices import Choices

MOST_WORDS = 3
"The largest number of values that the title names; more are counted."


def render_filter(options: Choices) -> Filter:
    """Draw the filters in a popover and return what they select; nothing chosen means everything."""

    def chosen(label: str, values: list[str]) -> tuple[str, ...]:
        return tuple(
            st.multiselect(
                label,
                values,
                key=label.lower(),
                bind="query-params",
                persist_state=KEPT,
                placeholder="All",
                width=320,
            )
        )

    with more_options("Filters", ":material/filter_alt:"):
        return Filter(
            datetime.now(UTC).date(),
            markets=chosen("Market", options.markets),
            stages=chosen("Stage", options.stages),
            technologies=chosen("Technology", options.technologies),
            rags=chosen("RAG", options.rags),
            counterparties=chosen("Counterparty", options.counterparties),
        )


def filter_chips(wanted: Filter) -> list[Chip]:
    """Return a chip for each filter that is set."""
    chosen = {
        "market": wanted.markets,
        "stage": wanted.stages,
        "technology": wanted.technologies,
        "rag": wanted.rags,
        "counterparty": wanted.counterparties,
    }
    return [Chip(", ".join(values), key, []) for key, values in chosen.items() if values]


def filter_words(wanted: Filter) -> str:
    """Return the chosen values as words of a title, or an empty text."""
    words = [*wanted.counterparties, *wanted.markets, *wanted.stages, *wanted.technologies, *wanted.rags]
    return f"{len(words)} filters" if len(words) > MOST_WORDS else " · ".join(words)
