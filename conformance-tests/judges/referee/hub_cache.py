"""The cache that ``trilobit pull`` leaves, in the eyes of huggingface_hub."""

from __future__ import annotations

import sys

from referee import programs
from referee.agreements import Check
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation


def decide(check: Check, _: Models, place: Installation) -> Finding:
    """Runs the script of that judge, which ends with an error if it disagrees anywhere."""
    programs.run(
        sys.executable,
        place.judges / "with-huggingface-hub" / "cache.py",
        *("--launcher", place.launcher),
        *("--work", place.work / "hub-cache"),
    )
    found = "scanned, every file found without the network, none fetched twice, and the other way"
    return Finding(check, "huggingface_hub", found, "no disagreement", ())
