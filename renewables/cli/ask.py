"""`renewables ask`: a question in plain English; the configured language model answers it with queries."""

from typing import Annotated

import typer

ROWS_SHOWN = 20
"The most rows of the last result that are printed; --json has all of them."


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in quotes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Ask a question in plain English; a language model answers it with SQL.

    Your question, the table names and the rows of the results are sent to the server of CHAT_BASE_URL (OpenAI's by
    default) and its CHAT_MODEL. Without these settings nothing is sent. The answer is printed with the rows that it is
    based on; the SQL and the coverage go to the error stream.

    \b
    Examples:
      renewables ask "How much wind did we have last week?"
      CHAT_BASE_URL=http://127.0.0.1:11434/v1 CHAT_MODEL=qwen3 renewables ask "Which projects are Red?"
      renewables ask --json "Which day had the most solar?"
    """
    from renewables.assistant.conversation import Turn, answer_question
    from renewables.assistant.model_server import ChatProblem, host_of, missing_setting
    from renewables.attribution import attribution, label_of_sources, note_of_sources
    from renewables.cli.output import print_json, print_note
    from renewables.cli.query import print_frame
    from renewables.queries.register_issues import licences_of_tables
    from renewables.queries.snapshot import source_names
    from warehouse.connection import configured_warehouse, reading
    from warehouse.settings import Settings

    settings = Settings()
    if wanted := missing_setting(settings):
        raise ChatProblem(f"{wanted} Nothing was sent. See docs/operations.md for how to set up a model.")
    newest = configured_warehouse().newest(locked_down=True)
    turn = Turn(question, newest.version if newest else None)
    with reading(version=turn.version) as con:
        sources = source_names(con)
    print_note(f"Asking {settings.chat_model} at {host_of(settings)} …")
    for _ in turn.follow(answer_question(turn, (), settings)):
        pass
    label = label_of_sources(sources) if turn.is_on_generation else ""
    if as_json:
        print_json(
            {
                **{"question": question, "answer": turn.text, "problem": turn.problem or None},
                **{"model": settings.chat_model, "host": host_of(settings), "snapshot": turn.version},
                **{"label": label, "attribution": attribution(sources) if turn.is_on_generation else ""},
                "coverage": turn.coverage,
                "queries": [
                    {
                        "sql": query.sql,
                        "refusal": query.refusal or None,
                        "rows": None if query.frame is None else query.frame.to_dicts(),
                        "is_cut": query.is_cut,
                    }
                    for query in turn.queries
                ],
            }
        )
    else:
        typer.echo(turn.text)
        for query in turn.looked_up[-1:]:
            if query.frame is not None:
                typer.echo()
                print_frame(query.frame.head(ROWS_SHOWN))
        for query in turn.queries:
            rows = f"refused: {query.refusal}" if query.frame is None else f"{len(query.frame):,} rows"
            print_note(f"\n{query.sql}\n-- {rows}")
        licences = licences_of_tables(table for query in turn.looked_up for table in query.tables)
        source = note_of_sources(sources) if turn.is_on_generation else ""
        print_note("\n".join(["", *turn.coverage, *licences, source]).rstrip())
    if turn.problem:
        raise ChatProblem(turn.problem)
    if not turn.looked_up:
        print_note("No data was looked up, so no number in this answer comes from it.")
