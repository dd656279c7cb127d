"""A week's summary as chats take it: few lines, and no mark-up of anybody's making."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Summary:
    """What a chat is told; ``items`` are sentences with their addresses."""

    title: str
    lines: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    button: str
    url: str


def as_slack(summary: Summary) -> bytes:
    """Write mrkdwn: what people typed can neither link nor call anybody."""
    lines = [f"*{_plain(summary.title)}*", *map(_plain, summary.lines)]
    lines += [f"<{url}|{_plain(text)}>" for text, url in summary.items]
    lines.append(f"<{summary.url}|{_plain(summary.button)}>")
    return _json({"text": "\n".join(lines), "unfurl_links": False})


def as_teams(summary: Summary) -> bytes:
    """Write an Adaptive Card: its runs of text know no mark-up."""
    body = [_block(summary.title, weight="Bolder"), *map(_block, summary.lines)]
    body += [
        _block(text, selectAction={"type": "Action.OpenUrl", "url": url})
        for text, url in summary.items
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": summary.button, "url": summary.url}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return _json({"type": "message", "attachments": [{"contentType": kind, "content": card}]})


def _block(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def _plain(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
