"""The pages in a real Chromium: no violation that axe finds on any page, at two widths, and the main journey by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from apps.services.daemons import wait_until
from apps.web.npm_packages import AXE, fetched
from tests.web.browser import CHROMIUM, DESKTOP, DRIVER, PHONE, WHY_NOT, chromium, served
from tests.web.web_story import tell_everything
from tests.web.web_world import CHILD, NHS, TWIN, WebWorld

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=WHY_NOT)

RECORD = f"/children/{CHILD}"
SIDES = f"/identity/{CHILD}/{TWIN}"
PARTS = ("", "/chronology", "/curated", "/curated/CONFERENCE", "/timeline", "/contradictions", "/gaps", "/family")
MORE = ("/family/together", "/known", "/difference", "/disclosures", "/split", "/download", "/purpose")
PAGES = ("/find", "/alerts", "/identity", SIDES, f"{SIDES}/wrong-views", "/nothing-here")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """
const [tags, done] = arguments;
axe.run(document, {runOnly: tags}).then(found => done(found.violations.map(one => [one.id, one.nodes.map(node => node.html)])));
"""
BEYOND = """
return [...document.querySelectorAll('main *')].filter(one => !one.closest('.mash-picture, thead, .govuk-visually-hidden')
  && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 90));
"""
MOST_TABS = 60


@pytest.fixture(scope="module")
def web() -> Iterator[WebWorld]:
    with served() as web:
        tell_everything(web)
        yield web


def open_page(browser: Chrome, web: WebWorld, path: str) -> None:
    browser.get(web.parts.origin + path)


def type_into(browser: Chrome, field: str, text: str) -> None:
    browser.find_element(By.ID, field).send_keys(text)


def state_purpose(browser: Chrome, web: WebWorld, path: str) -> None:
    open_page(browser, web, path)
    browser.find_element(By.ID, "purpose").click()
    send(browser, "main button")


def send(browser: Chrome, css: str) -> None:
    """Send a form, and wait until its answer is there: going on at once would take it back."""
    sent = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, css).click()
    assert wait_until(lambda: browser.find_element(By.TAG_NAME, "html") != sent, 10)
    assert wait_until(lambda: browser.execute_script("return document.readyState") == "complete", 10)


def signed_in(browser: Chrome, web: WebWorld) -> None:
    open_page(browser, web, "/sign-in")
    type_into(browser, "staff-id", "decider")
    type_into(browser, "token", "deciderdecider" + Keys.ENTER)
    assert wait_until(lambda: browser.current_url.endswith("/find"), 10)
    for child in (CHILD, TWIN):
        state_purpose(browser, web, f"/children/{child}/purpose")
    state_purpose(browser, web, "/purpose/alerts")


def faults(browser: Chrome, width: int) -> list[Any]:
    """Say what axe finds, whether the page is wider than the screen, and what lies beyond it; of the timeline's picture a table says the same."""
    browser.execute_script(fetched(AXE).read_text("utf-8"))
    found: list[Any] = browser.execute_async_script(RUN_AXE, TAGS)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    beyond: list[str] = browser.execute_script(BEYOND)
    return found + ([f"{wide} pixels wide"] if wide > width else []) + [f"beyond the screen: {one}" for one in beyond]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_breaks_a_rule_that_axe_checks_or_is_wider_than_the_screen(
    web: WebWorld, size: tuple[int, int]
) -> None:
    with chromium(size) as browser:
        open_page(browser, web, "/sign-in")
        found = {"/sign-in": faults(browser, size[0])}
        signed_in(browser, web)
        for path in (*PAGES, *(RECORD + end for end in (*PARTS, *MORE))):
            open_page(browser, web, path)
            found[path] = faults(browser, size[0])
        open_page(browser, web, f"{RECORD}/chronology")
        browser.find_element(By.CSS_SELECTOR, "details summary").click()
        found["filters"] = faults(browser, size[0])
        open_page(browser, web, browser.find_element(By.CSS_SELECTOR, ".mash-entry a").get_dom_attribute("href"))
        browser.find_element(By.CSS_SELECTOR, "details summary").click()
        send(browser, "details button")
        found["an entry, with an error"] = faults(browser, size[0])
        open_page(browser, web, f"{RECORD}/difference")
        type_into(browser, "earlier-day", "1/2/2025")
        send(browser, "main form button")
        found["a difference"] = faults(browser, size[0])
    assert {path: one for path, one in found.items() if one} == {}


class Keyboard:
    """Somebody who has nothing but a keyboard; what has the focus is always to be seen."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def tab_to(self, css: str) -> None:
        for _ in range(MOST_TABS):
            self.press(Keys.TAB)
            focused = self.browser.switch_to.active_element
            assert self.visible(), f"the focus cannot be seen on {focused.get_attribute('outerHTML')[:200]}"
            if self.browser.execute_script("return arguments[0].matches(arguments[1])", focused, css):
                return
        raise AssertionError(f"{css} cannot be reached by keyboard")

    def visible(self) -> bool:
        """Say whether the focused element is on the screen and drawn otherwise than without the focus."""
        return bool(
            self.browser.execute_script(
                """
                const one = document.activeElement, box = one.getBoundingClientRect();
                const shown = getComputedStyle(one), label = one.labels && one.labels[0] ? getComputedStyle(one.labels[0], '::before') : null;
                const drawn = style => style && ((style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none');
                return box.width > 0 && box.bottom > 0 && box.top < innerHeight && (drawn(shown) || drawn(label));
                """
            )
        )

    def arrive(self, css: str) -> None:
        assert wait_until(lambda: bool(self.browser.find_elements(By.CSS_SELECTOR, css)), 10), css


def test_the_main_journey_is_made_by_keyboard_alone(web: WebWorld) -> None:
    with chromium(DESKTOP) as browser:
        keyboard = Keyboard(browser)
        open_page(browser, web, "/sign-in")
        keyboard.press(Keys.TAB)
        assert browser.switch_to.active_element.text == "Skip to main content"
        keyboard.press(Keys.ENTER)
        assert browser.current_url.endswith("#main-content")
        keyboard.tab_to("#staff-id")
        keyboard.press("decider", Keys.TAB, "deciderdecider", Keys.ENTER)
        keyboard.arrive("#value")
        keyboard.tab_to("#value")
        keyboard.press(NHS)
        keyboard.tab_to("#purpose")
        keyboard.press(Keys.SPACE, Keys.ENTER)
        keyboard.arrive('nav[aria-label="Parts of the record"]')
        keyboard.tab_to('a[href$="/chronology"]')
        keyboard.press(Keys.ENTER)
        keyboard.arrive("details summary")
        keyboard.tab_to("details summary")
        keyboard.press(Keys.ENTER)
        keyboard.tab_to('input[name="agency"][value="police"]')
        keyboard.press(Keys.SPACE)
        keyboard.tab_to("form.mash-filters button")
        keyboard.press(Keys.ENTER)
        assert wait_until(lambda: "lines are what you chose" in browser.find_element(By.TAG_NAME, "main").text, 10)
        decide_by_keyboard(browser, keyboard)
    assert web.world.decisions.decisions[-1].action == "KEEP_APART"


def decide_by_keyboard(browser: Chrome, keyboard: Keyboard) -> None:
    """From any page: the list of questions, its first one, keep apart, why."""
    browser.execute_script("document.body.focus()")
    keyboard.tab_to('header a[href="/identity"]')
    keyboard.press(Keys.ENTER)
    keyboard.arrive("#purpose")
    keyboard.tab_to("#purpose")
    keyboard.press(Keys.SPACE, Keys.ENTER)
    keyboard.arrive('a[href^="/identity/"]')
    keyboard.tab_to('main a[href^="/identity/"]')
    keyboard.press(Keys.ENTER)
    keyboard.arrive("#reason")
    keyboard.tab_to('input[name="action"]')
    keyboard.press(Keys.ARROW_DOWN)
    keyboard.tab_to("#reason")
    keyboard.press("they are siblings", Keys.TAB, Keys.ENTER)
    keyboard.arrive(".govuk-notification-banner")
