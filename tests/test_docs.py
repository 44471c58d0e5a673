"""What is written is true of what is there: commands, links, settings, codes and tests that pages name exist, and none that exists is left out."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from apps.cli import main

ROOT = Path(__file__).parents[1]
PACKAGES = ("access_policy", "apps", "audit", "connectors", "projections", "query", "schemas", "streams")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *(ROOT / one / "README.md" for one in PACKAGES)])
PAGES = [page for page in PAGES if page.exists()]
TYPED = re.compile(r"(?:\.venv/bin/)?\bmash((?: [a-z][a-z-]*)+)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
SETTING = re.compile(r"\"((?:MASH|KAFKA|DATABASE|KEYS|JAVA|XDG)_[A-Z_]+)\"")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """List every command that does something, by what a person types after `mash`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands(main))
GROUPS = {" ".join(name.split()[:-1]) for name in COMMANDS} - {""}


def exists(typed: str) -> bool:
    """Say whether what follows `mash` begins with a command, or is a group by itself."""
    words = typed.split()
    return typed in GROUPS or any(" ".join(words[:count]) in COMMANDS for count in range(1, len(words) + 1))


def typed_in(text: str) -> list[str]:
    return [found.strip() for code in CODE.findall(text) for found in TYPED.findall(code)]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tracked() -> list[Path]:
    """List the files that git knows; the whole tree of sources where there is no git."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return [
            file for folder in (*PACKAGES, "docs", "tests") for file in (ROOT / folder).rglob("*") if file.is_file()
        ]
    listed = subprocess.run([git, "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    assert [typed for typed in typed_in(page.read_text("utf-8")) if not exists(typed)] == []


def test_every_command_that_the_hub_itself_names_exists() -> None:
    named = {
        (str(file.relative_to(ROOT)), typed)
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for quoted in re.findall(r"`(mash [^`\n]+)`", file.read_text("utf-8"))
        for typed in typed_in(f"`{quoted}`")
    }
    assert sorted(one for one in named if not exists(one[1])) == []


@pytest.mark.parametrize("typed", sorted(COMMANDS))
def test_every_command_has_help_with_an_example_and_a_page_that_names_it(typed: str) -> None:
    command = COMMANDS[typed]
    assert command.help
    assert re.search(rf"Example: .*\bmash {typed}\b", command.epilog or "")
    assert any(f"mash {typed}" in page.read_text("utf-8") for page in PAGES), f"say in docs/ what `mash {typed}` is for"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    without_code = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", without_code) if not link.startswith(("http:", "https:"))]
    broken = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_setting_that_is_read_is_described() -> None:
    read = {name for file in (ROOT / "apps").rglob("*.py") for name in SETTING.findall(file.read_text("utf-8"))}
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert {"MASH_HOME", "DATABASE_URL", "KAFKA_OPTS"} <= read
    assert sorted(name for name in read if f"| `{name}` |" not in page) == []


def test_every_code_of_the_quarantine_is_described() -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    files = [
        ROOT / name for name in ("schemas/codec.py", "streams/admission.py", "streams/settle.py", "streams/sorting.py")
    ]
    codes = {code for file in files for code in _codes(ast.parse(file.read_text("utf-8")))}
    assert {"reference-reused", "waits-behind", "cannot-be-opened"} <= codes
    # Only what writes raises it; what is read never does.
    assert sorted(code for code in codes - {"does-not-fit"} if f"`{code}`" not in page) == []


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, texts = ast.unparse(node.func), [one.value for one in node.args if isinstance(one, ast.Constant)]
        if name in {"ContractBroken", "Examiner.refuse", "Refused"}:
            yield from [text for text in texts if isinstance(text, str)][:1]


def test_every_test_and_file_that_the_promises_name_exists() -> None:
    page = (ROOT / "docs" / "promises.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    gone = [f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text("utf-8")]
    files = re.findall(r"`((?:access_policy|apps|audit|connectors|projections|query|schemas|streams)/[\w/.-]*)`", page)
    assert len(named) > 50
    assert gone == []
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_every_promise_names_a_test_and_where_it_is_kept() -> None:
    rows = re.findall(r"^\| (?!promise|---)(.+) \|$", (ROOT / "docs" / "promises.md").read_text("utf-8"), re.MULTILINE)
    rows = [row for row in rows if not row.startswith("---")]
    assert [row for row in rows if "::test_" not in row or row.count(" | ") != 2] == []


def test_every_direct_dependency_has_a_line_with_its_pinned_version() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    lists = re.findall(r"^(?:dependencies|dev) = \[(.*?)\n\]", project, re.MULTILINE | re.DOTALL)
    names = [name for one in lists for name in re.findall(r'"([^"]+)"', one)]
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert len(names) > 20
    rows = [f"| {name} | {pins.get(name.partition('[')[0], 'not pinned')} |" for name in names]
    assert [row for row in rows if row not in page] == []


def test_no_path_of_this_machine_is_in_any_file() -> None:
    shared = {Path(name) for name in ("/", "/home", "/opt", "/root", "/srv", "/tmp", "/usr", "/usr/src", "/var")}  # noqa: S108 - named, not used
    places = ({ROOT, ROOT.parent, Path(sys.prefix)} - shared) | ({Path.home()} - {Path("/")})
    own = re.compile("|".join([*(re.escape(f"{place}/") for place in places), r"/home/\w", r"/Users/\w"]))
    texts = {str(file.relative_to(ROOT)): file.read_bytes().decode("utf-8", "replace") for file in tracked()}
    assert sorted(name for name, text in texts.items() if own.search(text)) == []


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert typed_in("`mash verify` and\n```sh\n.venv/bin/mash workers upp\n```") == ["verify", "workers upp"]
    assert [exists(typed) for typed in ("verify", "workers", "workers up", "workers upp", "nothing")] == [
        True,
        True,
        True,
        False,
        False,
    ]
