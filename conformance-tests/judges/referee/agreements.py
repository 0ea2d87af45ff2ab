"""The declared table: which programs run which files, and how closely they must agree."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

RECORDED = "transformers"
"""The reference that is recorded in the data folder; no program runs for it."""

ANY_PROVIDER = "provider"
"""Stands for each of our backends that is available and has no row of its own."""

ORACLE = "oracle"
"""Our own float64 walk of the graph."""


@dataclass(frozen=True)
class ModelFile:
    """A model as a program reads it: a folder or a file below the data folder.

    ``recording`` is the folder, below the data folder too, whose recorded logits belong to it.
    """

    name: str
    path: str
    recording: str


@dataclass(frozen=True)
class Source:
    """A column of logits: one engine on one file."""

    engine: str
    file: str

    def __str__(self) -> str:
        return f"{self.engine} on {self.file}"


@dataclass(frozen=True)
class Row:
    """One demand: ``other`` is at most ``mean_kl`` from ``reference`` and shares ``top1``.

    ``mean_kl`` bounds both directions, in nats a position; ``top1`` is the least share of
    positions, from 0 to 1, at which both prefer the same token.
    """

    other: Source
    reference: Source
    mean_kl: float
    top1: float
    why: str


@dataclass(frozen=True)
class Agreements:
    """All files and all demands.

    A logit that is at most ``tie_width`` below the maximum of its reference counts as a tie.
    ``first_tokens`` has the engines that get no more than so many tokens of each sequence.
    """

    tie_width: float
    first_tokens: dict[str, int]
    files: dict[str, ModelFile]
    rows: list[Row]

    @classmethod
    def read(cls, path: Path) -> Agreements:
        """Reads the TOML table.

        Raises:
            ValueError: if a row names an unknown file, has no reason, or comes twice.
        """
        with path.open("rb") as stream:
            table = tomllib.load(stream)
        files = {
            name: ModelFile(name, entry["path"], entry.get("recording", entry["path"]))
            for name, entry in table["file"].items()
        }
        rows = [row for entry in table["agreement"] for row in _rows(entry)]
        problems = [
            f"{source}: no such file in the table"
            for row in rows
            for source in (row.other, row.reference)
            if source.file not in files
        ]
        problems += [f"{row.other}: expected a reason" for row in rows if not row.why.strip()]
        seen: set[tuple[Source, Source]] = set()
        for row in rows:
            if (row.other, row.reference) in seen:
                problems.append(f"{row.other} against {row.reference}: comes twice")
            seen.add((row.other, row.reference))
        if problems:
            raise ValueError(f"{path.name}: " + "; ".join(problems))
        return cls(table["tie_width"], table.get("first_tokens", {}), files, rows)

    def of_engines(self, engines: set[str]) -> Agreements:
        """Keeps the rows whose engine is one of ``engines``."""
        return replace(self, rows=[row for row in self.rows if row.other.engine in engines])

    def with_providers(self, providers: list[str]) -> Agreements:
        """Replaces each row for any provider by one for each that has no row of its own.

        Without a provider the row stays as it is, and fails for want of a result.
        """
        own = {(row.other, row.reference) for row in self.rows}
        rows: list[Row] = []
        for row in self.rows:
            if row.other.engine != ANY_PROVIDER or not providers:
                rows.append(row)
                continue
            for provider in providers:
                other = Source(provider, row.other.file)
                if (other, row.reference) not in own:
                    rows.append(Row(other, row.reference, row.mean_kl, row.top1, row.why))
        return replace(self, rows=rows)

    def sources(self) -> list[Source]:
        """Returns every column that some program must compute, each once, in order."""
        wanted = [source for row in self.rows for source in (row.reference, row.other)]
        return [source for source in dict.fromkeys(wanted) if source.engine != RECORDED]


def _rows(entry: dict) -> list[Row]:
    """Spreads one ``[[agreement]]`` over its files.

    Its reference is an engine on the same file, or ``engine on file``.
    """
    engine, _, file = entry["reference"].partition(" on ")
    return [
        Row(
            other=Source(entry["engine"], name),
            reference=Source(engine, file or name),
            mean_kl=entry["mean_kl"],
            top1=entry["top1"],
            why=entry["why"],
        )
        for name in entry["files"]
    ]
