"""
A week in the life of two offices, one at laptops and one at phones, from setting up to the mails.

The clock of the site is turned on from one event to the next; what happens in between happens by
itself: beat, worker, a mail server, and an https server that is both the CRM and the chat.
"""

import datetime as dt
import json
import re
from dataclasses import dataclass

import pytest
import trustme
from playwright.sync_api import expect

from tests.beside import eventually
from tests.browser.house import open_beating_site
from tests.https import Server as Web
from tests.https import gives
from tests.smtp import Server as Post

pytestmark = pytest.mark.browser

VIEWPORTS = {"laptop": {"width": 1280, "height": 720}, "phone": {"width": 360, "height": 740}}
BEFORE = "Week,Leads\n2026-11-02,183\n2026-11-09,180\n"
REPORT = BEFORE + "2026-11-16,188\n"
# The week's five numbers: what each is called, and how it is written wherever it stands.
WRITTEN = {
    "leads": ("Leads", "188"),
    "visits": ("Visits", "610"),
    "ad_spend": ("Ad spend", "2,410"),
    "registrants": ("Webinar registrants", "74"),
    "referrals": ("Referrals", "6"),
}
WHY, NEXT = "The blog was down from Tuesday on.", "It moves to the new server on Friday."
SENTENCE = "Visits fell with the blog; the plan for December stands."


def monday(hour, minute=0):
    """A moment of Monday 23 November in Warsaw, on which the numbers of week 47 are due."""
    return dt.datetime(2026, 11, 23, hour - 1, minute, tzinfo=dt.UTC)


@dataclass
class Crm:
    """The https server outside: it gives the report of the leads, and takes what chats are told."""

    web: Web
    report: str = BEFORE

    def answer(self, request):
        if request.startswith(b"POST"):
            return gives(b"ok")
        return gives(self.report.encode(), "Content-Type: text/csv")


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    authority = trustme.CA()
    trusted = tmp_path_factory.mktemp("trusted") / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    web = Web(authority.issue_cert("127.0.0.1"))
    crm = Crm(web)
    web.answer = crm.answer
    with Post() as post:
        yield crm, post, trusted
    web.close()


@pytest.fixture(scope="module")
def site(outside):
    _crm, post, trusted = outside
    with open_beating_site(
        f"week.build_offices({', '.join(map(repr, VIEWPORTS))})",
        EMAIL_URL=f"smtp://127.0.0.1:{post.port}",
        EGRESS_ALLOWED="127.0.0.1/32",
        # What is fetched lies at 127.0.0.1, which is then none of mops' own names.
        ALLOWED_HOSTS="localhost",
        EGRESS_CA_FILE=str(trusted),
    ) as opened:
        yield opened


@pytest.fixture
def offices(site, open_as, outside):
    crm, post, _trusted = outside
    return [
        Office(device, site.world["offices"][device], open_as, crm, post) for device in VIEWPORTS
    ]


class Office:
    """One workspace, its people at one kind of device, and what reaches them."""

    def __init__(self, device, world, open_as, crm, post):
        self.device, self.slug, self.crm, self.post = device, world.pop("slug"), crm, post
        self.visit = lambda session: open_as(session, viewport=VIEWPORTS[device])
        self.tabs = {name: self.visit(session) for name, session in world.items()}

    def go(self, who, path):
        tab = self.tabs[who]
        tab.goto(f"/w/{self.slug}/{path}")
        return tab

    def address_of(self, who):
        return f"{who}@{self.device}.example"

    def mail_to(self, who, about):
        """Wait for the one mail to somebody whose subject has these words, and give its text."""
        assert eventually(lambda: self.about(who, about)), [
            (mail["To"], mail["Subject"]) for mail in self.post.messages
        ]
        [mail] = self.about(who, about)
        return flat(mail.get_body(["plain"]).get_content())

    def about(self, who, about):
        address = self.address_of(who)
        mails = [mail for mail in self.post.messages if mail["To"] == address]
        return [mail for mail in mails if about in mail["Subject"]]

    # -- The week before --------------------------------------------------------------------------

    def sets_up(self):
        """Lena says when mails go out, where the leads come from, and who is told."""
        tab = self.go("lena", "settings/workspace/")
        tab.get_by_label("Digests go out at").fill("14:00")
        tab.get_by_label("Send team digests as soon as all numbers are in").check()
        tab.get_by_role("button", name="Save").click()
        self.pulls_leads()
        tab = self.go("lena", "settings/chats/")
        tab.get_by_label("What it hears of").select_option("Demand")
        tab.get_by_label("Chat", exact=True).select_option("Slack")
        tab.get_by_label("Address of its incoming webhook").fill(
            f"{self.crm.web.url}&{self.device}"
        )
        tab.get_by_role("button", name="Add this chat").click()
        tab.get_by_role("button", name="Send a test").click()
        assert eventually(lambda: len(self.told) == 1)
        self.finds_readers()

    @property
    def told(self):
        """What the chat was told, oldest first."""
        room = f"&{self.device} ".encode()
        posts = [each.partition(b"\r\n") for each in self.crm.web.requests if each[:4] == b"POST"]
        return [
            json.loads(rest.partition(b"\r\n\r\n")[2])["text"]
            for first, _end, rest in posts
            if room in first
        ]

    def pulls_leads(self):
        tab = self.go("lena", "kpis/sources/new/")
        tab.get_by_label("Name", exact=True).fill("Leads of the CRM")
        tab.get_by_label("Address of the file").fill(self.crm.web.url)
        tab.get_by_label("Pulled", exact=True).select_option("Monday")
        tab.get_by_role("button", name="Set up and pull now").click()
        reload_until(tab, "Open I-1")
        tab.get_by_role("link", name="Open I-1").click()
        tab.get_by_role("button", name="Check 2 rows").click()
        tab.get_by_role("button", name="Read the next files like this one").click()
        expect(tab.get_by_role("link", name="Open the scorecard")).to_be_visible()

    def finds_readers(self):
        """Lena chooses what executives read, and asks somebody outside, who confirms."""
        tab = self.go("lena", "settings/digest/executive/")
        tab.get_by_label("Scorecard").select_option("Monday five")
        tab.get_by_role("button", name="Save").click()
        tab.get_by_label("E-mail address").fill(self.address_of("board"))
        tab.get_by_role("button", name="Ask this address").click()
        text = self.mail_to("board", "weekly mail")
        guest = self.visit("")
        guest.goto(re.search(r"http\S+", text)[0])
        guest.get_by_role("button", name="Confirm").click()
        expect(guest.get_by_role("heading", level=1)).to_have_text("Your address is confirmed")

    # -- Monday -----------------------------------------------------------------------------------

    def has_its_leads(self):
        """At six the leads come by themselves."""
        tab = self.go("lena", "kpis/sources/SO-1/")
        reload_until(tab, "23 Nov 2026")

    def is_reminded(self):
        """At nine whoever owes numbers is reminded of them, and nobody else."""
        text = self.mail_to("marek", "due")
        assert all(name in text for name in ("Visits", "Ad spend", "Webinar registrants"))
        assert "Referrals" in self.mail_to("ola", "due")
        assert self.about("lena", "due") == []
        return text

    def types(self, who, text):
        """Somebody follows the link of the reminder, and types what is missing."""
        tab = self.tabs[who]
        tab.goto(re.search(r"http\S+/kpis/enter/\S+", text)[0])
        for name, written in WRITTEN.values():
            if name in text:
                row = tab.get_by_role("row").filter(has_text=name)
                row.locator("input[data-number]").fill(written)
                tab.keyboard.press("Tab")
                expect(row).to_have_attribute("data-state", "saved")
        expect(tab.locator("main")).to_contain_text("Thank you.")

    def is_asked_why(self):
        """A quarter of an hour later the owner says why by the link, without signing in."""
        guest = self.visit("")
        guest.goto(re.search(r"http\S+/l/why/\S+", self.mail_to("marek", "Why is Visits"))[0])
        expect(guest.get_by_role("heading", level=1)).to_have_text("Why is Visits off track?")
        guest.get_by_label("Why").fill(WHY)
        guest.get_by_label("What next").fill(NEXT)
        guest.get_by_role("button", name="Say why").click()
        expect(guest.locator("main")).to_contain_text(WHY)

    def waits_for_the_last(self):
        """Nobody is told of a week that is not complete."""
        assert self.about("lena", "eek 47") == []
        assert len(self.told) == 1  # the greeting

    def hears_at_once(self):
        """With the last number the team's digest goes out, and the chat is told."""
        self.digest = self.mail_to("lena", "Week 47: 1 off track")
        assert eventually(lambda: len(self.told) == 2)

    def adds_a_sentence(self):
        tab = self.go("lena", "settings/digest/?variant=executive")
        tab.get_by_label("Your sentence").fill(SENTENCE)
        tab.get_by_role("button", name="Save the sentence").click()
        expect(tab.get_by_text("Sentences of this week")).to_be_visible()

    def tells_the_board(self):
        """At two the executive digest goes out, the lead's sentence first."""
        self.summary = self.mail_to("board", "Week 47")

    def agrees(self):
        """Wherever a number of the week stands it is the same, and its why stands beside it."""
        home, card = self.shown(""), self.shown("kpis/SC-1/")
        for number, (code, (name, written)) in enumerate(WRITTEN.items(), start=1):
            for place in (home, card, self.shown(f"kpis/K-{number}/"), self.summary):
                assert name in place
                assert written in place
            assert self.series(code) == written.replace(",", "")
        for place in (home, card, self.shown("kpis/K-2/"), self.digest, self.told[1]):
            assert "610" in place
            assert WHY in place
        assert self.summary.index(SENTENCE) < self.summary.index("610")
        assert WHY not in self.summary  # it may name people, and this mail goes outside

    def shown(self, path):
        return flat(self.go("lena", path).locator("main").inner_text())

    def series(self, code):
        """Ask the API for the latest value of a KPI."""
        address = f"/api/v1/kpis/{code}/series/?from=2026-11-16&to=2026-11-22"
        [point] = self.tabs["lena"].request.get(address).json()["points"]
        return point["value"]


def test_a_week_in_the_life(site, offices, outside):
    crm, _post, _trusted = outside
    for office in offices:
        office.sets_up()
    crm.report = REPORT

    site.set_clock(monday(6, 1))
    for office in offices:
        office.has_its_leads()

    site.set_clock(monday(9, 25))
    reminded = {office.device: office.is_reminded() for office in offices}
    for office in offices:
        office.types("marek", reminded[office.device])

    site.set_clock(monday(9, 40))
    assert eventually(lambda: site.count("reviews_whyquestion") == len(offices))
    site.set_clock(monday(9, 55))
    for office in offices:
        office.is_asked_why()

    site.set_clock(monday(11, 40))
    planned = site.count("reviews_digestrun")
    for office in offices:
        office.waits_for_the_last()
        office.types("ola", office.mail_to("ola", "due"))
    assert eventually(lambda: site.count("reviews_digestrun") == planned + len(offices))

    site.set_clock(monday(12, 5))
    for office in offices:
        office.hears_at_once()
        office.adds_a_sentence()

    site.set_clock(monday(14, 30))
    for office in offices:
        office.tells_the_board()
        office.agrees()


def reload_until(tab, text):
    """Read the page anew until it says this."""
    assert eventually(lambda: tab.goto(tab.url) and text in tab.locator("main").inner_text()), (
        tab.locator("main").inner_text()
    )


def flat(text):
    """Give a text without its line breaks."""
    return " ".join(text.split())
