"""A person who has a keyboard and no mouse, and who has to see where the focus is at every step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import FileChooser, Locator, Page

FAR = 240
"""So many presses of the Tab key nobody should need for anything on a page."""
ROUND = 2
"""So often the keyboard passes the page itself when it has been everywhere."""
PATIENCE, LOOK = 200, 50
"""How often, and after how many milliseconds, it is looked whether files are asked for."""
_FOCUS = """() => {
  const at = document.activeElement;
  const said = `${at.localName} “${(at.textContent || at.name || "").trim().replace(/\\s+/g, " ").slice(0, 40)}”`;
  if (at === document.body) return { said, ring: true, seen: true, covered: "" };
  const drawn = (node) => {
    const style = getComputedStyle(node);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const label = at.labels && at.labels[0];
  const box = at.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const seen = right - left >= 1 && bottom - top >= 1 && at.checkVisibility({ visibilityProperty: true });
  const hit = seen ? document.elementFromPoint((left + right) / 2, (top + bottom) / 2) : null;
  const meets = (node) => node.contains(hit) || hit.contains(node);
  const covered = hit && !meets(at) && !(label && meets(label)) ? hit.outerHTML.slice(0, 80) : "";
  return { said, ring: drawn(at) || Boolean(label && drawn(label)), seen, covered };
}"""


@dataclass(slots=True)
class Hand:
    """Keys on a page; everything that is reached is looked at: the focus is drawn, on the screen, and not covered."""

    page: Page
    choosers: list[FileChooser] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Listening all the time: a browser told to ask us only just before the key is pressed may not have heard it.
        self.page.on("filechooser", lambda chooser: self.choosers.append(chooser))

    def tab(self, *, back: bool = False) -> str:
        """One stop further, or back; in words what has the focus now."""
        self.page.keyboard.press("Shift+Tab" if back else "Tab")
        focus: dict[str, Any] = self.page.evaluate(_FOCUS)
        where = f"{focus['said']} on {self.page.url}"
        assert focus["seen"], f"the focus is not on the screen: {where}"
        assert focus["ring"], f"the focus is not drawn: {where}"
        assert not focus["covered"], f"the focus is covered: {where} by {focus['covered']}"
        return str(focus["said"])

    def to(self, role: str, name: str, *, exact: bool = True, back: bool = False) -> None:
        """Tab until the focus is on what a screen reader calls so."""
        self.until(self.page.get_by_role(role, name=name, exact=exact), f"{role} “{name}”", back=back)  # type: ignore[arg-type]

    def until(self, wanted: Locator, said: str, *, back: bool = False) -> None:
        """Tab until the focus is on one of these."""
        passed: list[str] = []
        while not wanted.evaluate_all("(all) => all.includes(document.activeElement)"):
            passed.append(self.tab(back=back))
            rounds = sum(stop.startswith("body ") for stop in passed)
            if rounds == ROUND or len(passed) == FAR:
                raise AssertionError(f"no way by keyboard to {said} on {self.page.url}: {passed}")

    def press(self, key: str) -> None:
        """One key, where the focus is."""
        self.page.keyboard.press(key)

    def go(self, key: str = "Enter") -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def write(self, field: str, words: str, *, exact: bool = True) -> None:
        """Go to a field by its label and write into it, over what stood there."""
        self.to("textbox", field, exact=exact)
        self.press("Control+A")
        self.page.keyboard.type(words)

    def choose(self, field: str, option: str) -> None:
        """Go to a list by its label and choose with the arrows what is called so."""
        self.to("combobox", field, exact=False)
        shown: Callable[[], str] = lambda: self.page.evaluate(  # noqa: E731
            "document.activeElement.selectedOptions[0].textContent.trim()"
        )
        self.press("Home")
        for _ in range(FAR):
            if shown() == option:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{field} offers no “{option}”")

    def hand_in(self, *paths: str) -> None:
        """Choose files where the focus is on a field for files."""
        asked = len(self.choosers)
        self.press("Space")
        for _ in range(PATIENCE):
            if len(self.choosers) > asked:
                self.choosers[-1].set_files(list(paths))
                return
            self.page.wait_for_timeout(LOOK)
        raise AssertionError(f"no files can be chosen with the keyboard on {self.page.url}")

    def said(self) -> str:
        """What the page says after a deed; the focus is on it."""
        status = self.page.get_by_role("status").first
        assert status.evaluate("node => node === document.activeElement"), f"the focus is elsewhere on {self.page.url}"
        return status.inner_text()

    def main_heading(self) -> str:
        """The heading of the page."""
        return self.page.locator("h1").inner_text()
