"""The rules of the layout in the HTML of the page, so that nothing moves when they arrive with the first script run.

Streamlit sends its own HTML first; a page's rules and the sidebar come a second later. Without this, what is painted
until then moves by the sidebar's width. The scripts of widgets come when the first of them is drawn; until then a bar
of another height is in its place. Not here: the rules (`components/page_style.py`).
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.file_util import get_static_dir

from dashboards.components.page_style import SIDEBAR_PIXELS, STYLE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOM_FOR_SIDEBAR = f"""<style>@media (min-width: 769px) {{
[data-testid=stAppViewContainer]:not(:has([data-testid=stSidebar])) > :has(> [data-testid=stMain]) {{
  margin-left: {SIDEBAR_PIXELS}px
}}
}}</style>"""
"On a phone the sidebar is above the page and takes no room."
WIDGETS = (
    *("Button", "ButtonGroup", "Checkbox", "DateInput", "DownloadButton", "FileUploader", "Html", "LinkButton"),
    *("Metric", "Multiselect", "NumberInput", "PageLink", "Selectbox", "Table", "TextArea", "TextInput"),
)
"""The scripts of Streamlit, a few kilobytes each, that nearly every page needs: `static/js/NAME.HASH.js`. One that a
later version names otherwise is left out.
"""
_END = b"</body>"
"The end of the body, because the later of two equal rules counts, and Streamlit puts its own into the head."
_NOT_PASSED_ON = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
"The headers of a request that would be answered with something else than the whole text."
_OF_THE_FILE = (b"content-length", b"etag", b"last-modified", b"accept-ranges")


class FirstPaint:
    """ASGI middleware that adds the rules to each HTML answer."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, and change an answer that is HTML."""
        headers = scope.get("headers", [])
        accepts_html = any(name == b"accept" and b"text/html" in value for name, value in headers)
        if scope["type"] != "http" or scope["method"] != "GET" or not accepts_html:
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def send_styled(message: "Message") -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if (b"content-type", b"text/html") in [(n, v[:9]) for n, v in message.get("headers", ())]:
                    start = message
                    return
            elif start is not None:
                parts.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": _with_rules(b"".join(parts))}
                of_text = (b"content-length", str(len(message["body"])).encode())
                kept = [header for header in start["headers"] if header[0] not in _OF_THE_FILE]
                await send({**start, "headers": [*kept, of_text]})
            await send(message)

        passed = [header for header in headers if header[0] not in _NOT_PASSED_ON]
        await self._app({**scope, "headers": passed}, receive, send_styled)


def _with_rules(html: bytes) -> bytes:
    return html.replace(_END, (STYLE + ROOM_FOR_SIDEBAR + _preloads()).encode() + _END, 1)


@cache
def _preloads() -> str:
    """Return the elements that load the scripts of widgets together with the page."""
    scripts = Path(get_static_dir()) / "static" / "js"
    files = sorted(file.name for name in WIDGETS for file in scripts.glob(f"{name}.*.js"))
    return "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{file}">' for file in files)
