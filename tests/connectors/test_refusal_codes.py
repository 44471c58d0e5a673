import ast
from importlib import resources
from pathlib import Path

FOLDER = Path(str(resources.files("connectors")))
CODE_PLACE = {"Unreadable": 0, "Refusal": 1, "FileFault": 1, "XmlFault": 1, "BundleFault": 1, "ContractBroken": 0}


def codes_in(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        place = CODE_PLACE.get(node.func.id) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None
        if place is not None and isinstance(node, ast.Call) and len(node.args) > place:
            code = node.args[place]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                found.add(code.value)
    return found


def test_every_refusal_code_is_explained_to_the_feed_owner() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    codes = {code for path in FOLDER.glob("*.py") for code in codes_in(path.read_text("utf-8"))}
    # Those that concern a mapping file are never said of a row: they become a MappingBroken with its key.
    said_of_rows = codes - {"bad-format", "unknown-time-zone"}
    assert len(said_of_rows) > 30
    assert [code for code in sorted(said_of_rows) if f"`{code}`" not in readme] == []
