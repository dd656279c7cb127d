"""Compile the MJML of e-mails into the Django templates that are committed beside it."""

import sys
from pathlib import Path

from mrml import RenderOptions, to_html

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Without this, MJML has every mail fetch its fonts from somebody else's server.
OPTIONS = RenderOptions(fonts={})
HEAD = (
    "{# Compiled from %s by tools/compile_emails.py; change that file instead. #}"
    "{%% load i18n %%}{%% get_current_language as LANGUAGE_CODE %%}\n"
)


def compiled(source: Path) -> str:
    """Give the Django template that an MJML file compiles to."""
    html = to_html(source.read_text(), render_options=OPTIONS).content
    return f"{HEAD % source.name}{html}\n"


def main() -> int:
    for source in sorted(TEMPLATES.rglob("*.mjml")):
        source.with_suffix(".html").write_text(compiled(source))
    return 0


if __name__ == "__main__":
    sys.exit(main())
