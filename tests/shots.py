"""Pictures of every page, for people to look at: `make shots` puts them into var/shots/."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mops.settings.test")

import django

django.setup()

from django.utils.html import format_html, format_html_join  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from mops.embedded import paths  # noqa: E402
from tests.browser.addresses import CROWDED, PAGES, Page  # noqa: E402
from tests.browser.house import CHROMIUM, Site, open_site  # noqa: E402
from tests.browser.visiting import (  # noqa: E402
    Look,
    nobody_has_started,
    open_context,
    session_of,
    workspace_of,
)

# What Chromium can draw at once; a thousand rows are cut here.
TALLEST = 8_000
FOLDER = paths.BASE_DIR / "var" / "shots"
LOOKS = [
    Look("en", "light", 1280),
    Look("en", "dark", 360),
    Look("th", "dark", 1280),
    Look("th", "light", 360),
]


def main(words: list[str]) -> None:
    """Take pictures of the pages that have one of ``words`` in their name, or of all."""
    pages = [p for p in [*PAGES, *CROWDED] if not words or any(word in p.name for word in words)]
    if not words:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open_site(crowded=True) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        for number, page in enumerate(pages, 1):
            for look in LOOKS:
                _take(browser, site, page, look)
            print(f"\r{number} of {len(pages)} pages", end="", flush=True)  # noqa: T201
        browser.close()
    (FOLDER / "index.html").write_text(_contact_sheet(sorted(FOLDER.glob("*.png"))))
    print(f"\nThe pictures are in {FOLDER}/index.html.")  # noqa: T201


def _take(browser: Browser, site: Site, page: Page, look: Look) -> None:
    session = session_of(page.who, look, site)
    with open_context(browser, site, session, **look.options) as context:
        shown = context.new_page()
        address = page.address(workspace_of(page, look, site), language=look.language)
        if page.first_day:
            with nobody_has_started(site):
                shown.goto(address)
        else:
            shown.goto(address)
        # As tall as the page, or what is fixed to the bottom of the window would lie across it.
        height = shown.evaluate("document.documentElement.scrollHeight")
        shown.set_viewport_size({"width": look.width, "height": min(height, TALLEST)})
        shown.screenshot(path=FOLDER / f"{page.name}-{look}.png")


def _contact_sheet(pictures: Iterable[Path]) -> str:
    items = format_html_join(
        "",
        '<figure><a href="{0}"><img src="{0}" alt="" loading="lazy" height="400"></a>'
        "<figcaption>{1}</figcaption></figure>",
        ((picture.name, picture.stem) for picture in pictures),
    )
    return format_html(
        "<!doctype html><title>mops: every page</title>"
        "<style>body {{ display: flex; flex-wrap: wrap; gap: 1rem; font: 0.8rem sans-serif }}"
        " figure {{ margin: 0 }} img {{ border: 1px solid #ccc }}</style>{}",
        items,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
