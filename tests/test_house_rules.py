"""The house's own rules of form, measured over the whole tree: short functions, short files, few parameters, plain names, a sentence on what is public."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("access_policy", "apps", "audit", "connectors", "projections", "query", "schemas", "streams")
LONGEST_FUNCTION, LONGEST_FILE, MOST_PARAMETERS = 50, 400, 5
SAY_NOTHING = frozenset({"base", "common", "data", "helper", "helpers", "manager", "misc", "process", "util", "utils"})
"""Names that tell nothing about what is in the thing; the practitioners' words are in docs/glossary.md."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Definition:
    """One function or class: its file, its node, whether it is part of a class, and whether anybody outside may use it."""

    file: Path
    node: Function | ast.ClassDef
    in_class: bool
    public: bool

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.node.lineno} {self.node.name}"


def files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def definitions(*folders: str) -> list[Definition]:
    return [one for file in files(*folders) for one in _within(file, ast.parse(file.read_text("utf-8")))]


def _within(file: Path, owner: ast.AST, *, public: bool = True) -> Iterator[Definition]:
    for node in ast.iter_child_nodes(owner):
        if isinstance(node, Function | ast.ClassDef):
            seen = public and not node.name.startswith("_")
            yield Definition(file, node, isinstance(owner, ast.ClassDef), seen)
            # What is made inside a function is nobody else's.
            yield from _within(file, node, public=seen and isinstance(node, ast.ClassDef))
        else:
            yield from _within(file, node, public=public)


def parameters(node: Function, *, in_class: bool) -> int:
    """Count what a caller has to give: not self or cls, and not what is said by name alone to have a value of its own."""
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    positional = len(node.args.posonlyargs) + len(node.args.args) - (in_class and not static)
    return positional + len(node.args.kwonlyargs)


def is_command(node: Function) -> bool:
    """A command of click: its parameters are what a person may type, each with a name and help of its own; nothing in the code calls it."""
    return any(".command" in ast.unparse(one) for one in node.decorator_list)


def words(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


@pytest.mark.parametrize("folder", [*PACKAGES, "bench", "tests"])
def test_no_function_is_longer_than_fifty_lines(folder: str) -> None:
    long = [
        f"{one.place}: {lines} lines"
        for one in definitions(folder)
        if isinstance(one.node, Function)
        and (lines := (one.node.end_lineno or one.node.lineno) - one.node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("folder", [*PACKAGES, "bench", "tests"])
def test_no_file_is_longer_than_four_hundred_lines(folder: str) -> None:
    sizes = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in files(folder)}
    assert {file: size for file, size in sizes.items() if size > LONGEST_FILE} == {}


@pytest.mark.parametrize("folder", PACKAGES)
def test_no_function_takes_more_than_five_parameters(folder: str) -> None:
    many = [
        f"{one.place}: {count} parameters"
        for one in definitions(folder)
        if isinstance(one.node, Function)
        and not is_command(one.node)
        and (count := parameters(one.node, in_class=one.in_class)) > MOST_PARAMETERS
    ]
    assert many == []


@pytest.mark.parametrize("folder", [*PACKAGES, "bench"])
def test_no_module_class_or_function_has_a_name_that_tells_nothing(folder: str) -> None:
    modules = {str(file.relative_to(ROOT)): words(file.stem) for file in files(folder)}
    named = {one.place: words(one.node.name) for one in definitions(folder)}
    assert sorted(place for place, found in (modules | named).items() if found & SAY_NOTHING) == []


@pytest.mark.parametrize("folder", PACKAGES)
def test_everything_public_is_told_in_a_sentence(folder: str) -> None:
    silent = [one.place for one in definitions(folder) if one.public and not ast.get_docstring(one.node)]
    modules = [
        str(file.relative_to(ROOT))
        for file in files(folder)
        if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert silent == []
    assert modules == []


def test_no_two_modules_of_tests_have_one_name_since_their_folders_are_no_packages() -> None:
    names = [file.name for file in files("tests") if file.name.startswith("test_")]
    assert sorted(set(names)) == sorted(names)


def test_the_measures_notice_what_they_measure() -> None:
    text = "class Base:\n    def f(self, a, b, c, d, e, g): ...\n    def __init__(self): ...\ndef _hidden(): ...\n"
    found = list(_within(ROOT / "x.py", ast.parse(text)))
    assert [(one.node.name, one.public) for one in found] == [
        ("Base", True),
        ("f", True),
        ("__init__", False),
        ("_hidden", False),
    ]
    assert [parameters(one.node, in_class=one.in_class) for one in found if isinstance(one.node, Function)] == [6, 0, 0]
    assert words("DataBaseRow") & SAY_NOTHING == {"data", "base"}
