"""Give committed ids to contracts that have none yet: run by whoever adds a contract, never at run time."""

import hashlib
import json
from pathlib import Path
from typing import Any

from schemas.catalogue import SHARED, full_text

FIRST_ID = 700_000_001
"""Far from where other registries begin to count: a message that was written with another registry's ids is refused and never read as another contract."""


def number_contracts(folder: Path) -> list[str]:
    """Write an id for each contract file in `folder` that `ids.json` does not name yet; returns the files newly numbered, ids in name order from the next free one."""
    path = folder / "ids.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    known = {row["file"] for row in rows}
    new = [file for file in sorted(folder.glob("*.avsc")) if file.name not in known and file.stem not in SHARED]
    for contract_id, file in enumerate(new, start=max((row["id"] for row in rows), default=FIRST_ID - 1) + 1):
        name, _, version = file.stem.partition(".v")
        text = full_text(folder, file.name)
        digest = hashlib.sha256(text.encode()).hexdigest()
        rows.append(
            {"id": contract_id, "file": file.name, "name": name, "version": int(version or 1), "sha256": digest}
        )
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n", "utf-8")
    return [file.name for file in new]
