"""Decides every row of the table from the logits on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from referee.agreements import RECORDED, Agreements, Row, Source
from referee.metrics import LEAST_MEAN_KL, Distance, distance
from referee.recordings import Recording, read_logits


@dataclass(frozen=True)
class Verdict:
    """A row with what was measured and every reason why it fails; none if it holds."""

    row: Row
    measured: Distance | None
    failures: list[str]

    @property
    def holds(self) -> bool:
        """Whether the row meets its thresholds."""
        return not self.failures


class Columns:
    """The logits of all sources: recorded ones below the data folder, others where judges wrote."""

    def __init__(self, data: Path, results: Path, agreements: Agreements) -> None:
        self._results = results
        self._files = agreements.files
        self._first_tokens = agreements.first_tokens
        self._recordings = {
            place: _recording_or_reason(data / place)
            for place in dict.fromkeys(file.recording for file in agreements.files.values())
        }

    def tokens(self, source: Source) -> list[list[int]]:
        """Returns the token ids [sequences][tokens] that ``source`` is asked for.

        Raises:
            ValueError: if its recording is missing or broken.
        """
        limit = self._first_tokens.get(source.engine)
        return [ids[:limit] for ids in self._recording(source).tokens]

    def result(self, source: Source) -> Path:
        """Returns where the logits of ``source`` are written: float32, little-endian."""
        return self._results / source.file / f"{source.engine}.f32"

    def logits(self, source: Source) -> np.ndarray:
        """Returns logits [sequences, tokens, vocabulary].

        Raises:
            OSError, ValueError: if there is no such result, or it has another size.
        """
        recorded = self._recording(source).logits
        if source.engine == RECORDED:
            return recorded
        return read_logits(self.result(source), self.tokens(source), recorded.shape[2])

    def _recording(self, source: Source) -> Recording:
        recording = self._recordings[self._files[source.file].recording]
        if isinstance(recording, str):
            raise ValueError(f"no recording for {source.file}: {recording}")
        return recording


def _recording_or_reason(folder: Path) -> Recording | str:
    """Returns what was recorded in ``folder``, or why it cannot be read."""
    try:
        return Recording.read(folder)
    except (OSError, ValueError) as e:
        return str(e)


def judge(agreements: Agreements, columns: Columns, reasons: dict[Source, str]) -> list[Verdict]:
    """Decides all rows; ``reasons`` says why a source has no logits, where that is known."""
    return [_judge(row, agreements.tie_width, columns, reasons) for row in agreements.rows]


def _judge(row: Row, tie_width: float, columns: Columns, reasons: dict[Source, str]) -> Verdict:
    missing = []
    for source in (row.reference, row.other):
        if source in reasons:
            missing.append(f"no result of {source}: {reasons[source]}")
        elif source.engine != RECORDED and not columns.result(source).is_file():
            missing.append(f"no result of {source}")
    if missing:
        return Verdict(row, None, missing)
    try:
        asked = columns.tokens(row.reference), columns.tokens(row.other)
        common = min(len(asked[0][0]), len(asked[1][0]))
        if [ids[:common] for ids in asked[0]] != [ids[:common] for ids in asked[1]]:
            return Verdict(row, None, ["both were asked for other tokens"])
        measured = distance(
            columns.logits(row.reference)[:, :common],
            columns.logits(row.other)[:, :common],
            tie_width,
        )
    except (OSError, ValueError) as e:
        return Verdict(row, None, [str(e)])
    failures = []
    if not measured.mean_kl <= row.mean_kl:
        failures.append(f"mean KL {measured.mean_kl:.2e}, at most {row.mean_kl:.1e} expected")
    if not measured.least_mean_kl >= LEAST_MEAN_KL:
        failures.append(f"mean KL {measured.least_mean_kl:.2e}, expected not to be negative")
    if not measured.top1 >= row.top1:
        failures.append(f"top-1 {measured.top1:.2%}, at least {row.top1:.2%} expected")
    return Verdict(row, measured, failures)
