"""A real Chromium on pages that this process serves on a loopback port."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from apps.services.daemons import wait_until
from apps.web.styles import load_styles
from tests.web.web_world import WebWorld

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
WHY_NOT = "no chromium and chromedriver on this machine (Debian: apt-get install chromium chromium-driver)"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
DESKTOP, PHONE = (1280, 900), (375, 800)


@contextmanager
def served() -> Iterator[WebWorld]:
    """Serve the pages, with their real style sheet, from a thread of this process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        web = WebWorld(f"http://127.0.0.1:{listener.getsockname()[1]}", load_styles())
        server = uvicorn.Server(uvicorn.Config(web.app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert wait_until(lambda: server.started, 30)
            yield web
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def chromium(size: tuple[int, int]) -> Iterator[Chrome]:
    """Start a Chromium whose pages are this large (CSS pixels), with a profile of its own that is gone at the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        # The fonts and caches that a browser makes stay in its own profile too.
        service = Service(
            str(DRIVER), env={**os.environ, "HOME": profile, "XDG_CACHE_HOME": str(Path(profile) / "cache")}
        )
        browser = Chrome(options, service)
        try:
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            yield browser
        finally:
            browser.quit()
