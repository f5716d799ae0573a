"""Extracts the part of a model's text that is for a person, without thoughts and without calls written as text.

Servers that know their model separate these from the answer; others pass the model's own notation on. Belongs here:
reading the notations. Not here: running a call (`query_tool.py`).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from renewables.assistant.model_server import Call
from renewables.assistant.query_tool import NAME

_THOUGHT = r"(?:[a-z]+:)?(?:(?:begin_of_|end_of_)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad))"
_TAG = re.compile(
    rf"<\|?\s*(?P<slash>/?)\s*(?P<name>{_THOUGHT})\b[^<>]*\|?>|(?-i:\[(?P<slash2>/?)THINK\])|◁(?P<slash3>/?)think▷",
    re.IGNORECASE,
)
"`<think>`, `<seed:think>`, `<|begin_of_thought|>`, `[THINK]`, `◁think▷`, each with what closes it."
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(?P<name>\w+)(?P<header>[^<]*)(?:<\|constrain\|>[^<]*)?<\|message\|>"
    r"(?P<text>.*?)(?=<\|(?:end|return|call|start|channel)\|>|\Z)",
    re.DOTALL,
)
"The notation of gpt-oss: only the channel `final` is for people, and `commentary to=functions.query` is a call."
_CONTROL = re.compile(r"<\|(?:start|end|return|call|im_start|im_end|eot_id|eom_id|endoftext)\|>(?:assistant)?")
_CALL_MARK = re.compile(
    r"</?tool_calls?\b|<\|/?tool_calls?\b|<function[=\s>]|</function>|\[TOOL_CALLS\]|<\|python_tag\|>|<\uff5ctool|"
    r"\bto=functions\.|\bfunctions?\.query\b|^\s*query\s*\(|```tool_call",
    re.IGNORECASE | re.MULTILINE,
)
_FUNCTION = re.compile(r"<function=(?P<name>[\w.]+)>(?P<body>.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=(?P<name>\w+)>\n?(?P<value>.*?)\n?(?:</parameter>|(?=<parameter=)|\Z)", re.DOTALL)
_ONLY_SQL = re.compile(
    r"\s*```(?:sql|duckdb)?\s*\n(?P<sql>\s*(?:SELECT|WITH|FROM)\b.*?)```\s*", re.DOTALL | re.IGNORECASE
)
LONGEST_CALL = 20_000
"The most characters of a text that are searched for calls."
_NAMES, _ARGUMENTS = ("name", "function", "tool", "tool_name"), ("arguments", "parameters", "args", "input", "kwargs")


def spoken_text(text: str) -> str:
    """Return the text without thoughts, whether their tags are closed or not."""
    channels = list(_CHANNEL.finditer(text))
    if channels:
        text = "".join(
            channel["text"] if channel["name"] == "final" else f"{channel['header']}{channel['text']}"
            for channel in channels
            if channel["name"] == "final" or "to=" in channel["header"]
        )
    spoken, is_thought, start = list[str](), False, 0
    for tag in _TAG.finditer(text):
        if "/" in tag[0][:4] or "end_of_" in tag[0].lower():
            if not is_thought:  # the templates of some models have no opening tag: everything before was thought
                spoken = []
            is_thought = False
        elif not tag[0].endswith("/>"):
            if not is_thought:
                spoken.append(text[start : tag.start()])
            is_thought = True
        start = tag.end()
    if start == 0 and not channels:
        return _CONTROL.sub("", text)
    spoken.append("" if is_thought else text[start:])
    return _CONTROL.sub("", "".join(spoken)).strip()


def written_calls(text: str) -> list[Call]:
    """Return the calls that are written out in a text; an unreadable call has no name.

    An empty list means that the text is an answer.
    """
    if only_sql := _ONLY_SQL.fullmatch(text):
        return [Call(NAME, json.dumps({"sql": only_sql["sql"]}))]
    text = text[:LONGEST_CALL]
    calls = [*_tagged_calls(text), *_json_calls(text)]
    if not calls and _CALL_MARK.search(text):
        return [Call("", text)]
    return calls


def _tagged_calls(text: str) -> Iterator[Call]:
    for function in _FUNCTION.finditer(text):
        parameters = {parameter["name"]: parameter["value"] for parameter in _PARAMETER.finditer(function["body"])}
        if parameters:
            yield Call(_last_part(function["name"]), json.dumps(parameters))


def _json_calls(text: str) -> Iterator[Call]:
    """Yield the calls among the JSON objects of a text, with or without a mark around them."""
    decoder, position = json.JSONDecoder(strict=False), 0
    while (position := text.find("{", position)) >= 0:
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
            continue
        if (call := _call_of(value)) is not None:
            yield call
            position = end
        else:
            position += 1  # a call may be nested in it


def _call_of(value: dict[str, Any]) -> Call | None:
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    arguments = next((value[key] for key in _ARGUMENTS if isinstance(value.get(key), dict | str)), None)
    if name is not None and arguments is not None:
        return Call(_last_part(name), arguments if isinstance(arguments, str) else json.dumps(arguments))
    return Call(NAME, json.dumps(value)) if isinstance(value.get("sql"), str) else None  # `query({"sql": ...})`


def _last_part(name: str) -> str:
    """Return `query` for `functions.query`."""
    return name.rpartition(".")[2]
