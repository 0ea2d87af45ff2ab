"""Token ids of a text: ours against those of llama.cpp, by the tokenizer in the same GGUF file."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from referee import programs
from referee.agreements import Check
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation


def decide(check: Check, models: Models, place: Installation) -> Finding:
    """Encodes the first ``bytes`` of each of ``texts``, below the data folder; every id counts.

    With ``ours``, another file of the table, we read that one: what was converted from it must
    have kept its tokenizer.
    """
    theirs_from = models.path(check.file)
    ours_from = models.path(str(check.options.get("ours", check.file)))
    counted, failures = 0, []
    for name in check.options["texts"]:
        excerpt = _excerpt(place.data / name, int(check.options["bytes"]))
        text = place.work / f"{check.file}.txt"
        text.write_text(excerpt, encoding="utf-8", newline="")
        ours = our_ids(place, ours_from, text)
        script = place.with_llama_cpp / "tokens.mjs"
        out = text.with_suffix(".json")
        programs.run("node", script, theirs_from, text, out)
        theirs = json.loads(out.read_text(encoding="utf-8"))
        counted += len(theirs)
        if ours != theirs:
            failures.append(f"{name}: {difference(ours, theirs)}")
    return Finding(check, "llama.cpp", f"{counted} ids", "all equal", tuple(failures))


def our_ids(place: Installation, model: Path, text: Path) -> list[int]:
    """Returns the ids as which ours reads the whole of ``text``."""
    line = programs.run(place.launcher, "tokens", "--model", model, "--text", text)
    return [int(token) for token in line.split(",")]


def difference(ours: list[int], theirs: list[int]) -> str:
    """Returns where two lists that differ do so first, for people."""
    at = next(
        (i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs))
    )
    return (
        f"{len(ours)} ids of ours, {len(theirs)} of theirs; from id {at + 1} on"
        f" {ours[at : at + 4]} and {theirs[at : at + 4]}"
    )


def _excerpt(path: Path, size: int) -> str:
    """Returns the first ``size`` bytes of a text that may be packed, cut at a whole character."""
    opened = lzma.open(path) if path.suffix == ".xz" else path.open("rb")
    with opened as stream:
        return stream.read(size).decode("utf-8", errors="ignore")
