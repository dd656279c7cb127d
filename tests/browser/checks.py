"""What holds for every page, whatever it shows (ux.md 11: 6, 9, 12, 14, 15, 16)."""

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page as Tab

from mops.embedded import paths

AXE = (paths.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SMALLEST, SMALLEST_PRIMARY = 24, 44

# An element that is there to be pressed, and the box in which pressing it works. A link within a
# sentence is exempt (WCAG 2.5.8), and so is what nobody sees.
TARGETS = """([least, selector]) => {
  const sentence = (element) => element.matches("a")
    && getComputedStyle(element).display === "inline"
    && element.parentElement.innerText.trim() !== element.innerText.trim();
  const box = (element) => {
    const label = element.matches("[type=checkbox], [type=radio]") && element.closest("label");
    const covered = element.matches(".m-cover") && element.offsetParent;
    return (label || covered || element).getBoundingClientRect();
  };
  const seen = (element) => element.checkVisibility({ checkVisibilityCSS: true })
    && element.type !== "hidden" && !element.closest(".m-skip, .visually-hidden");
  return [...document.querySelectorAll(selector)]
    .filter((element) => seen(element) && !sentence(element))
    .map((element) => [element.outerHTML.slice(0, 120), box(element)])
    .filter(([, { width, height }]) => width < least - 0.01 || height < least - 0.01)
    .map(([html, { width, height }]) => `${html} ${width.toFixed(1)}x${height.toFixed(1)}`);
}"""
PRESSED = "a[href], button, input, select, textarea, summary, [role=button]"
PRIMARY = ".btn-primary, .m-bottom a"
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => !heading.closest("dialog:not([open])"))
  .map((heading) => Number(heading.tagName[1]))"""
SILENT_STATUSES = """() => [...document.querySelectorAll("[data-status]")]
  .filter((element) => !element.textContent.trim() || !element.querySelector("svg"))
  .map((element) => element.outerHTML.slice(0, 200))"""
# Of an element it is its text that counts: the box of a block stays narrow when a word does not.
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const isOut = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getBoundingClientRect().right > wide + 1;
  };
  const scrolls = document.documentElement.scrollWidth > wide;
  const isCut = (element) =>
    scrolls && element.getBoundingClientRect().right > wide + 1 ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && isOut(node));
  const swiped = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const excused = (element) => element && (
    swiped(element) || element.matches(".visually-hidden") || excused(element.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && isCut(element) && !excused(element))
    .map((element) => element.outerHTML.slice(0, 160)).slice(-3);
}"""
FOCUSED = "() => document.activeElement.id || document.activeElement.className"


def violations(tab: Tab) -> list[str]:
    """List what axe finds, with no rule switched off."""
    tab.evaluate(AXE)
    options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}
    found: dict[str, Any] = tab.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def skipped_headings(tab: Tab) -> list[int]:
    """List the headings, if they skip a level or there is not exactly one of the first."""
    levels: list[int] = tab.evaluate(HEADINGS)
    deepens_by_one = all(after <= before + 1 for before, after in pairwise(levels))
    in_order = levels.count(1) == 1 and deepens_by_one
    return [] if in_order else levels


def small_targets(tab: Tab, *, touch: bool) -> list[str]:
    """List what is too small to be pressed, with a finger where the screen is for fingers."""
    small: list[str] = tab.evaluate(TARGETS, [SMALLEST, PRESSED])
    if touch:
        small += tab.evaluate(TARGETS, [SMALLEST_PRIMARY, PRIMARY])
    return small


def silent_statuses(tab: Tab) -> list[str]:
    """List the statuses without a shape, or without a word in text."""
    found: list[str] = tab.evaluate(SILENT_STATUSES)
    return found


def overflow(tab: Tab, *, width: int) -> list[str]:
    """List what makes the page scroll sideways at a width, or is cut off at its side."""
    tab.set_viewport_size({"width": width, "height": 700})
    found: list[str] = tab.evaluate(OVERFLOW)
    return found


def way_of_the_first_tab(tab: Tab) -> tuple[str, str]:
    """Say where the first Tab leads, and Enter from there."""
    if tab.evaluate("document.activeElement === document.body"):
        tab.keyboard.press("Tab")
    else:  # a form with errors starts at their summary, far below
        tab.locator(".m-skip").focus()
    first = tab.evaluate(FOCUSED)
    tab.keyboard.press("Enter")
    return first, tab.evaluate(FOCUSED)
