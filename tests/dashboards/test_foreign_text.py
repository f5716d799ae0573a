"""Tests that foreign text is drawn as text: a rule over all pages, and what is escaped."""

import ast
from collections.abc import Iterator
from pathlib import Path

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
DRAWS_MARKDOWN = {
    *("markdown", "caption", "error", "warning", "info", "success", "write", "title", "header", "subheader", "toast"),
    *("badge", "button", "checkbox", "expander", "page_link", "link_button", "metric", "spinner", "progress", "radio"),
    *("toggle", "popover", "status", "form_submit_button", "download_button", "tabs", "dialog", "exception"),
}
ESCAPES = {"plain", "plain_sentence"}
ATTRIBUTES = {"sentence", "refusal", "message", "problem", "outcome", "what", "who", "why", "topic"}
"The names of foreign text in our classes."
FIELDS = {"name", "text", "rag_comment", "notes", "facility", "project"}


def foreign_texts(node: ast.AST, caught: set[str]) -> Iterator[ast.AST]:
    """Yield the parts of an expression that are foreign text and not escaped."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ESCAPES:
        return
    if isinstance(node, ast.IfExp):  # a condition is not drawn
        yield from foreign_texts(node.body, caught)
        yield from foreign_texts(node.orelse, caught)
        return
    is_field = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in FIELDS
    is_attribute = isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES
    if is_field or is_attribute or (isinstance(node, ast.Name) and node.id in caught):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from foreign_texts(child, caught)


def test_no_page_draws_foreign_text_as_markdown() -> None:
    offenders = []
    for path in sorted(DASHBOARDS.rglob("*.py")):
        tree = ast.parse(path.read_text())
        caught = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in DRAWS_MARKDOWN or ast.unparse(node.func.value) != "st":
                continue
            drawn = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("label", "help", "title", "body"))]
            offenders += [
                f"{path.relative_to(DASHBOARDS)}:{part.lineno}: {ast.unparse(part)}"  # type: ignore[attr-defined]  # every expression has one
                for argument in drawn
                for part in foreign_texts(argument, caught)
            ]
    assert offenders == []
