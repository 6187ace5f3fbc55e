"""A real headless Chromium with the report in it: what is on the page, what it asked of the network, what it complained of."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

__all__ = ["Browser", "started"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--proxy-server=127.0.0.1:9", "--window-size=1280,800",
    "--disable-ipc-flooding-protection",  # else Chromium ignores, with a warning, what goes beyond 200 addresses in ten seconds
)  # fmt: skip
WATCH = """
window.__began = new Set(Object.getOwnPropertyNames(window));
document.addEventListener("securitypolicyviolation", (event) => (window.__violations ??= []).push(event.violatedDirective));
"""


def started(folder: Path) -> webdriver.Chrome:
    """A browser with a profile of its own; skips where there is none."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no Chromium with chromedriver here: install chromium and chromium-driver")
    options = Options()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(driver))
    found.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    return found


@dataclass(frozen=True)
class Browser:
    """One page in the browser."""

    driver: webdriver.Chrome
    file: Path

    def open(self, address: str = "", *, scheme: str = "light", width: int = 1280, height: int = 800) -> None:
        """Load the page anew at an address inside of it."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = {
            "features": [
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]
        }
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.get("about:blank")
        self.driver.get(f"{self.file.as_uri()}#/{address}")
        self.settle()

    def go(self, address: str) -> None:
        """Follow an address inside of the loaded page."""
        self.run("location.hash = arguments[0]", f"#/{address}")
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def run(self, script: str, *arguments: object) -> object:
        """Run a script in the page and give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        """What a reader reads there, as it stands in the page."""
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def texts(self, selector: str) -> list[str]:
        """Likewise, for all that match."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def count(self, selector: str) -> int:
        """How many match."""
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def find(self, selector: str):
        """The first that matches, to click on."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            ActionChains(self.driver, duration=0).send_keys(getattr(Keys, key, key)).perform()
        self.settle()

    def tab_to(self, selector: str, most: int = 40) -> None:
        """Press Tab until the focus is there."""
        for _ in range(most):
            self.press("TAB")
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                return
        pytest.fail(f"Tab does not reach {selector}")

    def address(self) -> str:
        """Where in the page it is."""
        return self.run("return location.hash")

    def complaints(self) -> list[str]:
        """Errors and warnings of the console since the last look, and what the page's policy stopped."""
        said = [f"{one['level']} {one['message'][:300]}" for one in self.driver.get_log("browser")]
        return said + list(self.run("return window.__violations ?? []"))

    def requests(self) -> list[str]:
        """Every address that was asked for since the last look, but for the page itself."""
        events = [json.loads(one["message"])["message"] for one in self.driver.get_log("performance")]
        asked = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if url.split("#")[0] != self.file.as_uri() and url != "about:blank"]

    def quiet(self) -> bool:
        """Whether nothing was asked for and nothing complained of since the last look. Shows what was."""
        found = (self.requests(), self.complaints())
        assert found == ([], []), found
        return True
