"""What a page does behind the scenes: its console, its requests."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response
from playwright.sync_api import Page as Tab


class Watch:
    """Collects what a page may not do, unless the test said before that it will."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._expected: set[int] = set()

    def expect(self, status: int) -> None:
        """Let answers with this status pass."""
        self._expected.add(status)

    def forget(self) -> None:
        """Begin anew, with nothing expected."""
        self.faults.clear()
        self.requests.clear()
        self._expected.clear()

    def over(self, context: BrowserContext) -> None:
        context.on("page", self._over_tab)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _over_tab(self, tab: Tab) -> None:
        tab.on("console", self._console)
        tab.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        # An answer with an error status is judged where it arrives.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if urlsplit(request.url).netloc != self.host and not request.url.startswith("data:"):
            self.faults.append(f"another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.faults.append(f"{response.status}: {response.url}")
