"""Texts and pictures of the reports as HTML takes them."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

from markupsafe import Markup, escape

MARKS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*"), r"<em>\1</em>"),
)
LINK = re.compile(r"\[([^\]]+)\]\(([\w./#-]+)\)")  # to a file: an address with a scheme is no link
MEDIA = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}


def inline(text: str, folder: str = "") -> Markup:
    """A line of Markdown, escaped: code, strong and slanted words, and links to files below `folder`."""
    html = str(escape(text))
    for pattern, replacement in MARKS:
        html = pattern.sub(replacement, html)
    return Markup(LINK.sub(rf'<a href="{folder}\2">\1</a>', html))


def data_uri(path: Path) -> str:
    """A picture as an address that holds it."""
    return f"data:{MEDIA[path.suffix]};base64,{b64encode(path.read_bytes()).decode()}"
