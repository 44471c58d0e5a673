"""Pages of Data Docs as they lie in MASH_HOME/quality: they load nothing from anywhere, run nothing, and only their owner reads them."""

import hashlib
import html
import re
from datetime import date
from pathlib import Path

from apps.services.secret_files import private_folder, write_secret
from projections.feeds import Feed

FROM_ELSEWHERE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<form\b.*?</form>|url\(['\"]?https?:[^)]*\)", re.DOTALL
)
"""What the renderer takes from other people's servers, and what runs."""
OWN_HEAD = """<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font-family:sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.4em;text-align:left}
button,.btn,.modal,nav,.breadcrumb,footer,.cooltip{display:none}</style>"""
PLAIN = re.compile(r"[^A-Za-z0-9.-]+")


def page_path(folder: Path, feed: Feed, day: date) -> Path:
    """Name the page of one window; two systems whose names differ in signs alone have pages of their own."""
    mark = hashlib.sha256(feed.source_system.encode()).hexdigest()[:6]
    return folder / feed.agency / f"{PLAIN.sub('-', feed.source_system)}-{mark}" / f"{day}.html"


def write_page(folder: Path, feed: Feed, day: date, page: str) -> Path:
    """Write a page whole or not at all, and the list of pages of its feed; judging again writes it again."""
    path = page_path(folder, feed, day)
    for one in (folder, path.parent.parent, path.parent):
        private_folder(one)
    write_secret(path, standing_alone(page).encode())
    days = sorted((one.stem for one in path.parent.glob("*-*-*.html")), reverse=True)
    links = "".join(f'<li><a href="{one}.html">{one}</a></li>' for one in days)
    title = html.escape(feed.key)
    listing = f"<!DOCTYPE html><html lang=en>{OWN_HEAD}<title>{title}</title></head><body><h1>{title}</h1><ul>{links}</ul></body></html>"
    write_secret(path.parent / "index.html", listing.encode())
    return path


def standing_alone(page: str) -> str:
    """Take out of a page whatever it would load or run, and forbid the rest to the browser."""
    return FROM_ELSEWHERE.sub("", page).replace("<head>", OWN_HEAD, 1)
