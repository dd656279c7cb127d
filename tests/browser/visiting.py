"""Looking at pages: who is signed in, in which language, light, and width."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser.addresses import GUEST, MEMBER, NOBODY, STARTING, VIEWER, Page
from tests.browser.house import Site

HEIGHTS = {1280: 720, 360: 740, 320: 640}


@dataclass(frozen=True)
class Look:
    """How somebody looks at the site. In Thai, what people typed is Thai as well."""

    language: str
    scheme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.scheme}-{self.width}"

    @property
    def options(self) -> dict[str, Any]:
        """Give the options of a browser context with this look."""
        return {
            "color_scheme": self.scheme,
            "locale": self.language,
            "reduced_motion": "reduce",
            "viewport": {"width": self.width, "height": HEIGHTS[self.width]},
        }


USUAL = Look("en", "light", 1280)
HARDEST = Look("th", "dark", 360)
LOOKS = [
    Look(language, scheme, width)
    for language in ("en", "th")
    for scheme in ("light", "dark")
    for width in (1280, 360)
]


def workspace_of(page: Page, look: Look, site: Site) -> dict[str, Any]:
    """Give the workspace in which a page is looked at."""
    workspaces = site.world["workspaces"]
    found: dict[str, Any] = workspaces[page.who if page.who in workspaces else look.language]
    return found


def open_context(browser: Browser, site: Site, session: str, **options: Any) -> BrowserContext:
    """Open a browser of its own for a session ("": nobody's), with options of a context."""
    context = browser.new_context(base_url=site.url, **options)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    return context


def session_of(who: str, look: Look, site: Site) -> str:
    """Give the session of the kind of person that looks at a page; "" is nobody's."""
    workspaces = site.world["workspaces"]
    if who in workspaces:
        return str(workspaces[who][look.language])
    sessions: dict[str, str] = {
        MEMBER: workspaces[look.language]["session"],
        VIEWER: workspaces[look.language]["viewer"],
        NOBODY: site.world["nobody"][look.language],
        STARTING: site.world["starting"],
        GUEST: "",
    }
    return sessions[who]


@contextmanager
def nobody_has_started(site: Site) -> Iterator[None]:
    """Let the installation look as on its first day: no workspace but demos."""
    site.execute("UPDATE teams_workspace SET is_demo = NOT is_demo WHERE NOT is_demo")
    try:
        yield
    finally:
        site.execute("UPDATE teams_workspace SET is_demo = slug IN ('rotaleaf', 'thai')")
