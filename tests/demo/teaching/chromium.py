"""A Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Page, sync_playwright

from .engines import ELSEWHERE, PATIENCE_S

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
]


class Chromium:
    """Runs while it is entered."""

    engine = "chromium"

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder

    def __enter__(self) -> Chromium:
        self._playwright = sync_playwright().start()
        try:
            self._context = self._playwright.chromium.launch_persistent_context(
                self._folder, executable_path=self._path, args=FLAGS
            )
            self._context.set_default_timeout(PATIENCE_S * 1000)
            browser = self._context.browser
            assert browser is not None
            self.version = f"Chromium {browser.version}"
        except BaseException:
            self._playwright.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._context.close()
        self._playwright.stop()

    @contextmanager
    def tab(self, forget: bool = True) -> Iterator[ChromiumTab]:
        if forget:
            self._context.clear_cookies()
        page = self._context.new_page()
        try:
            yield ChromiumTab(page)
        finally:
            page.close()


class ChromiumTab:
    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        self._page = page
        page.on("console", lambda message: self.said.append(message.text))

    def goto(self, url: str) -> None:
        self._page.goto(url)

    def click(self, selector: str) -> None:
        self._page.click(selector)

    def evaluate(self, expression: str) -> object:
        return self._page.evaluate(expression)

    def wait_for(self, ending: str) -> None:
        self._page.wait_for_url(f"**{ending}")
