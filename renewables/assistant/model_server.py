"""The model's server: whether one is configured, one streamed reply, and what its failures mean.

Belongs here: everything that knows the library `openai`, which is imported when a question is asked. Not here: the
messages to the model (`briefing.py`), and the effect of its calls (`conversation.py`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from pipeline_assets.entity import CONTROL_CHARACTERS
from renewables.user_errors import UserError
from warehouse.addresses import is_loopback
from warehouse.redaction import redacted
from warehouse.settings import Settings

OPENAI = "api.openai.com"
NO_KEY = "none"
"""The key for a server that needs none: without one the library sends OPENAI_API_KEY, which is another server's secret.

"""
CONNECT_SECONDS = 10.0
LONGEST_MESSAGE = 200
"The most characters of a server's message about its failure."


class ChatProblem(UserError):
    """Raised when no answer is possible; the message has the fix."""


@dataclass(frozen=True)
class Call:
    """A call that the model requests; `arguments` should be JSON."""

    name: str
    arguments: str


def missing_setting(settings: Settings) -> str:
    """Return a sentence about the setting that prevents questions, or ""."""
    if find_spec("openai") is None:
        return "The library is not installed: `pip install 'gb-renewables[chat]'`, then start again."
    if not settings.chat_model:
        return "No model is named: set `CHAT_MODEL`."
    if settings.chat_base_url.host == OPENAI and not _api_key(settings):
        return "OpenAI requires a key: set `CHAT_API_KEY`, or `CHAT_BASE_URL` for another server."
    return ""


def host_of(settings: Settings) -> str:
    """Return the host that receives questions, with the port unless it is the default one."""
    url = settings.chat_base_url
    usual = url.port in (None, 443 if url.scheme == "https" else 80)
    return f"{url.host}" if usual else f"{url.host}:{url.port}"


def is_on_this_machine(settings: Settings) -> bool:
    """Return whether questions stay on this machine."""
    return is_loopback(settings.chat_base_url.host or "")


def stream_reply(
    messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], settings: Settings
) -> Iterator[str | Call]:
    """Yield the model's text, piece by piece, then its calls. Raises ChatProblem.

    It never retries, because a repetition costs money too.
    """
    if wanted := missing_setting(settings):
        raise ChatProblem(wanted)
    import openai

    patience = openai.Timeout(settings.chat_timeout_seconds, connect=CONNECT_SECONDS)
    # Questions go only to the host that is shown, so redirects are not followed.
    connection = openai.DefaultHttpxClient(timeout=patience, follow_redirects=False)
    client = openai.OpenAI(
        base_url=str(settings.chat_base_url),
        api_key=_api_key(settings) or NO_KEY,
        timeout=patience,
        max_retries=0,
        http_client=connection,
    )
    asked: Any = {"model": settings.chat_model, "messages": list(messages), "tools": list(tools)}
    try:
        with client, client.chat.completions.create(stream=True, **asked) as stream:
            yield from _reply_pieces(stream)
    except openai.OpenAIError as error:
        raise ChatProblem(_error_text(error, settings)) from None  # its request contains the key
    except ValueError:
        raise ChatProblem(
            f"{host_of(settings)} returned something that is not a chat completion: check CHAT_BASE_URL, whose path is "
            "often /v1."
        ) from None


def _reply_pieces(chunks: Iterable[Any]) -> Iterator[str | Call]:
    """Yield the pieces of a reply, then its calls.

    Calls come in pieces by index; some servers give all of them the index 0, and each its own id.
    """
    calls: list[dict[str, Any]] = []
    for chunk in chunks:
        if not getattr(chunk, "choices", None):
            continue
        delta = chunk.choices[0].delta
        if delta is None:
            continue
        if text := CONTROL_CHARACTERS.sub("", _text_of(delta.content)):
            yield text
        for piece in delta.tool_calls or ():
            known = next((call for call in reversed(calls) if call["index"] == piece.index), None)
            if known is None or (piece.id and known["id"] and piece.id != known["id"]):
                known = {"index": piece.index, "id": piece.id, "name": "", "arguments": ""}
                calls.append(known)
            if piece.function:
                known["name"] = known["name"] or piece.function.name or ""
                known["arguments"] += piece.function.arguments or ""
    yield from (Call(call["name"], call["arguments"]) for call in calls)


def _text_of(content: object) -> str:
    """Return the text of a piece; servers that send a list of parts give thoughts another type."""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        return "".join(str(part.get("text") or "") for part in parts)
    return content if isinstance(content, str) else ""


def _error_text(error: Exception, settings: Settings) -> str:
    """Return one sentence with the fix.

    A server may quote a rejected key, so its messages about keys are not repeated.
    """
    import openai

    host, model = host_of(settings), settings.chat_model
    match error:
        case openai.APITimeoutError():
            return (
                f"{host} did not answer within {settings.chat_timeout_seconds:g} s: ask again, ask for less, or raise "
                "CHAT_TIMEOUT_SECONDS."
            )
        case openai.APIConnectionError():
            return f"{host} cannot be reached, or closed the connection: check that it is running, and CHAT_BASE_URL."
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return f"{host} refused the key ({error.status_code}): check CHAT_API_KEY and its permissions."
        case openai.RateLimitError():
            return f"{host} refuses more requests for now (429): ask again in a minute, or check the account's credit."
        case openai.NotFoundError():
            return f"{host} does not know the model {model} or the address (404): check CHAT_MODEL and CHAT_BASE_URL."
    message = " ".join(CONTROL_CHARACTERS.sub(" ", getattr(error, "message", "")).split())
    message = redacted(message)
    if "tool" in message.lower():
        return (
            f"{model} at {host} cannot call tools, so it cannot look anything up: name another in CHAT_MODEL "
            "(llama.cpp: start it with --jinja)."
        )
    status = getattr(error, "status_code", None)
    return f"{host} failed{f' ({status})' if status else ''}: {message[:LONGEST_MESSAGE] or 'it does not say why'}"


def _api_key(settings: Settings) -> str:
    return settings.chat_api_key.get_secret_value() if settings.chat_api_key else ""
