"""Committed goldens: made again by the programs that made them, and compared byte for byte."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from referee import programs
from referee.agreements import Check
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation


def decide(check: Check, _: Models, place: Installation) -> Finding:
    """Runs ``script`` in a copy of its folder, without the files it ``makes``, and compares those.

    ``script`` is a path in the project and ``makes`` are patterns beside it; a script that prints
    ``prints`` one file. In ``arguments``, {here} is the copy and {data} the data folder. ``judge``
    names the program behind the script.
    """
    script = place.judges.parent.parent / str(check.options["script"])
    copy = place.work / "goldens" / script.parent.name / script.stem
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(script.parent, copy)
    patterns = [str(pattern) for pattern in check.options["makes"]]
    committed = _contents(copy, patterns)
    for name in committed:
        (copy / name).unlink()
    arguments = [
        str(argument).format(here=copy, data=place.data)
        for argument in check.options.get("arguments", [])
    ]
    python = place.transformers_python if needs_transformers(check) else Path(sys.executable)
    printed = programs.run(python, copy / script.name, *arguments)
    if "prints" in check.options:
        (copy / str(check.options["prints"])).write_text(printed, encoding="utf-8")
    again = _contents(copy, patterns)
    failures = [f"{name}: not made again" for name in sorted(committed.keys() - again.keys())]
    failures += [f"{name}: is not committed" for name in sorted(again.keys() - committed.keys())]
    failures += [
        f"{name}: the committed one differs"
        for name in sorted(committed.keys() & again.keys())
        if committed[name] != again[name]
    ]
    if not committed:
        failures.append(f"nothing is committed of {', '.join(patterns)}")
    found = f"{len(again)} files made again"
    judge = str(check.options["judge"])
    return Finding(check, judge, found, "the same bytes", tuple(failures))


def needs_transformers(check: Check) -> bool:
    """Tells whether a script runs in the large installation."""
    return check.options.get("python") == "transformers"


def _contents(folder: Path, patterns: list[str]) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for pattern in patterns
        for path in folder.glob(pattern)
    }
