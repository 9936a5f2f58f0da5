"""The panel of environments as its user sees it: cards, their buttons and menus."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

BUILD_MS = 120_000


def panel(page: Page) -> Locator:
    """The panel."""
    return page.get_by_role("region", name="Environments", exact=True)


def card(page: Page, name: str) -> Locator:
    """An environment's card."""
    return panel(page).locator(f"[data-name='{name}']")


def button(page: Page, name: str, label: str) -> Locator:
    """A button on a card."""
    return card(page, name).get_by_role("button", name=label, exact=True)


def choose(page: Page, name: str, label: str) -> None:
    """Choose from a card's menu."""
    card(page, name).get_by_role("button", name=re.compile("^More actions")).click()
    page.locator(".lm-Menu-item", has_text=label).first.click()


def launcher(page: Page, section: str, title: str) -> Locator:
    """A card of the launcher."""
    sections = page.locator(".jp-Launcher-section").filter(
        has=page.locator(".jp-Launcher-sectionTitle", has_text=re.compile(f"^{section}$"))
    )
    return sections.locator(".jp-LauncherCard").filter(
        has=page.locator(".jp-LauncherCard-label", has_text=re.compile(f"^{title}$"))
    )


def expect_state(page: Page, name: str, state: str) -> None:
    """The card says that the environment is in a state."""
    expect(card(page, name)).to_have_attribute("data-state", state, timeout=BUILD_MS)


def build(page: Page, name: str) -> None:
    """Have the environment built, unless an earlier test did."""
    if card(page, name).get_attribute("data-state") == "ready":
        button(page, name, "Build").click()
    expect_state(page, name, "built")


def refresh(page: Page) -> None:
    """Have everything read anew."""
    panel(page).get_by_role("button", name="Refresh environments").click()
