"""Finding things on a page, and using it by keys alone: the focus is always somewhere."""

from playwright.sync_api import FileChooser, Locator, TimeoutError, expect
from playwright.sync_api import Page as Tab

FARTHEST = 150
FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "nowhere";
  // The ring of a link that covers its row is drawn around the row; fields have one of their own.
  const drawn = element.matches(".m-cover") ? "::after" : null;
  const ring = getComputedStyle(element, drawn).outlineStyle !== "none";
  return ring || element.matches("input, select, textarea, main") ? "seen" : "unseen";
}"""


def field(tab: Tab, name: str) -> Locator:
    return tab.get_by_label(name, exact=True)


def row(tab: Tab, name: str) -> Locator:
    return tab.get_by_role("row").filter(has_text=name)


def walk_to(tab: Tab, goal: Locator, *, key: str = "Tab") -> None:
    """Press Tab until ``goal`` has the focus, which must be seen at every stop."""
    for _step in range(FARTHEST):
        tab.keyboard.press(key)
        assert tab.evaluate(FOCUS) == "seen", tab.evaluate("document.activeElement.outerHTML")
        if goal.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{goal} is not reached by {FARTHEST} presses of {key}.")


def type_into(tab: Tab, label: str, text: str) -> None:
    """Walk to a field, and replace what it says."""
    walk_to(tab, field(tab, label))
    tab.keyboard.press("Control+A")
    tab.keyboard.type(text)


def choose(tab: Tab, label: str, option: str) -> None:
    """Walk to a list, and choose by typing the option's first letters."""
    chosen = field(tab, label)
    walk_to(tab, chosen)
    tab.keyboard.type(option)
    expect(chosen.locator("option:checked")).to_have_text(option)


def press(tab: Tab, role: str, name: str, *, key: str = "Enter") -> None:
    """Walk to a button or link, and press it."""
    walk_to(tab, tab.get_by_role(role, name=name, exact=True).first)
    tab.keyboard.press(key)


def open_chooser(tab: Tab) -> FileChooser:
    """Open the dialog of the file field that has the focus; a busy browser may drop a press."""
    for _try in range(3):
        try:
            with tab.expect_file_chooser(timeout=10_000) as chooser:
                tab.keyboard.press("Enter")
        except TimeoutError:
            continue
        return chooser.value
    raise AssertionError("Enter does not open the dialog of this field.")


def keeps_focus(tab: Tab) -> None:
    """Check that the last change of the page left the focus somewhere."""
    assert tab.evaluate(FOCUS) != "nowhere"
