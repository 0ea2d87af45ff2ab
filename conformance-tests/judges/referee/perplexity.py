"""Perplexity of a real GGUF file: ours against transformers', on the same chunks of a text."""

from __future__ import annotations

import json
import lzma
import shutil
from pathlib import Path

from referee import programs
from referee.agreements import Check
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation


def decide(check: Check, models: Models, place: Installation) -> Finding:
    """Scores ``chunks`` of ``chunk`` tokens of ``text``; ``ratio`` bounds the relative distance."""
    model = models.path(check.file)
    text = _unpacked(place.data / str(check.options["text"]), place.work)
    counting = ("--chunk", str(check.options["chunk"]), "--chunks", str(check.options["chunks"]))
    ours = json.loads(
        programs.run(
            place.launcher, "perplexity", "--model", model, "--text", text, *counting, "--json"
        )
    )
    script = place.judges / "with-transformers" / "perplexity.py"
    theirs = json.loads(programs.run(place.transformers_python, script, model, text, *counting))
    failures = [
        f"{field}: {ours[field]} of ours, {theirs[field]} of theirs"
        for field in ("text_tokens", "tokens_scored")
        if ours[field] != theirs[field]
    ]
    distance = ours["perplexity"] / theirs["perplexity"] - 1
    limit = float(check.options["ratio"])
    # NaN is not within any limit.
    if not abs(distance) <= limit:
        failures.append(f"perplexity {distance:+.4%} from theirs, at most {limit:.2%} expected")
    found = (
        f"{ours['perplexity']:.4f} ({ours['backend']}) and {theirs['perplexity']:.4f},"
        f" {distance:+.4%}, over {theirs['tokens_scored']} of {theirs['text_tokens']} tokens"
    )
    return Finding(check, "transformers", found, f"within {limit:.2%}", tuple(failures))


def _unpacked(path: Path, work: Path) -> Path:
    if path.suffix != ".xz":
        return path
    with lzma.open(path) as packed, (work / path.stem).open("wb") as copy:
        shutil.copyfileobj(packed, copy)
    return work / path.stem
