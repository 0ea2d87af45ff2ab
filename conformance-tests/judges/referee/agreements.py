"""The declared table: which programs run which files, and how closely they must agree."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

RECORDED = "transformers"
"""The reference that is recorded in the data folder; no program runs for it."""

ANY_PROVIDER = "provider"
"""Stands for each of our backends that is available and has no row of its own."""

ORACLE = "oracle"
"""Our own float64 walk of the graph."""


@dataclass(frozen=True)
class Given:
    """A file or folder below the data folder."""

    path: str


@dataclass(frozen=True)
class Installed:
    """A real model that ``run`` installed: a path below its folder of models."""

    path: str


@dataclass(frozen=True)
class Random:
    """A small model of random weights, with the tokenizer of a folder below the data folder."""

    weights: str
    seed: int
    tokenizer_of: str


@dataclass(frozen=True)
class Converted:
    """What ``trilobit convert`` makes of the file ``source``: one GGUF file, or a folder."""

    source: str
    options: tuple[str, ...]
    is_file: bool


@dataclass(frozen=True)
class ModelFile:
    """A model as a program reads it.

    ``recording`` is the folder, below the data folder, whose recorded tokens, and logits unless the
    numbers differ, belong to it; empty if there is none.
    """

    name: str
    origin: Given | Installed | Random | Converted
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
class Check:
    """A demand that is not about logits; ``kind`` says what is done with the file.

    ``options`` are what the kind needs, limits among them.
    """

    kind: str
    file: str
    options: Mapping[str, object]
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
    checks: list[Check]

    @classmethod
    def read(cls, path: Path, kinds: set[str]) -> Agreements:
        """Reads the TOML table; checks are of ``kinds``.

        Raises:
            ValueError: if a row or check names an unknown file or kind, has no reason, or a row or
                file comes twice.
        """
        with path.open("rb") as stream:
            table = tomllib.load(stream)
        files = _files(table)
        rows = [row for entry in table["agreement"] for row in _rows(entry)]
        checks = [check for entry in table.get("check", []) for check in _checks(entry)]
        problems = [
            f"{source}: no such file in the table"
            for row in rows
            for source in (row.other, row.reference)
            if source.file not in files
        ]
        problems += [
            f"{check.kind} of {check.file}: no such file in the table"
            for check in checks
            if check.file and check.file not in files
        ]
        problems += [
            f"{file.name}: made from {file.origin.source}, which is not in the table"
            for file in files.values()
            if isinstance(file.origin, Converted) and file.origin.source not in files
        ]
        problems += [
            f"{check.kind}: expected a kind of check of {sorted(kinds)}"
            for check in checks
            if check.kind not in kinds
        ]
        problems += [
            f"{check.kind} of {check.file}: expected a reason"
            for check in checks
            if not check.why.strip()
        ]
        problems += [f"{row.other}: expected a reason" for row in rows if not row.why.strip()]
        seen: set[tuple[Source, Source]] = set()
        for row in rows:
            if (row.other, row.reference) in seen:
                problems.append(f"{row.other} against {row.reference}: comes twice")
            seen.add((row.other, row.reference))
        if problems:
            raise ValueError(f"{path.name}: " + "; ".join(problems))
        return cls(table["tie_width"], table.get("first_tokens", {}), files, rows, checks)

    def of_engines(self, engines: set[str]) -> Agreements:
        """Keeps the rows whose engine is one of ``engines``."""
        return replace(self, rows=[row for row in self.rows if row.other.engine in engines])

    def of_checks(self, checks: list[Check]) -> Agreements:
        """Keeps these checks alone."""
        return replace(self, checks=checks)

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


def _files(table: dict) -> dict[str, ModelFile]:
    """Reads the tables of files; a name may come once among them all."""
    files: dict[str, ModelFile] = {}
    recordings: dict[str, str] = {}

    def add(name: str, origin: Given | Installed | Random | Converted, recording: str) -> None:
        if name in files:
            raise ValueError(f"{name}: comes twice among the files")
        files[name] = ModelFile(name, origin, recording)
        recordings[name] = recording

    for name, entry in table["file"].items():
        add(name, Given(entry["path"]), entry.get("recording", entry["path"]))
    for name, entry in table.get("installed", {}).items():
        add(name, Installed(entry["path"]), "")
    for name, entry in table.get("random", {}).items():
        origin = Random(entry["weights"], entry["seed"], entry["tokenizer_of"])
        add(name, origin, entry["tokenizer_of"])
    for name, entry in table.get("made", {}).items():
        origin = Converted(entry["from"], tuple(entry["options"]), entry.get("gguf", False))
        add(name, origin, recordings.get(entry["from"], ""))
    return files


def _checks(entry: dict) -> list[Check]:
    """Spreads one ``[[check]]`` over its files; one without files is done once."""
    options = {key: value for key, value in entry.items() if key not in ("kind", "files", "why")}
    return [
        Check(entry["kind"], file, options, entry["why"]) for file in entry.get("files", [""])
    ]


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
