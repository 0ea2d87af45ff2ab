"""Starts the programs that compute logits, ours and others'."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from referee import programs
from referee.agreements import ANY_PROVIDER, ORACLE, Agreements, Source
from referee.gguf_tokenizer import add_tokenizer, has_tokenizer
from referee.models import Models
from referee.programs import Installation, ProgramError
from referee.verdicts import Columns

TRANSFORMERS_AGAIN = "transformers-again"

_ONE_OF_OURS = threading.Lock()
"""Our backends use all processors: two at once would only wait for each other."""


@dataclass(frozen=True)
class Task:
    """Computes logits of ``model`` for ``tokens`` [sequences][tokens] into ``out``."""

    model: Path
    tokens: list[list[int]]
    out: Path

    @property
    def scratch(self) -> Path:
        """Returns a path of this task's own beside ``out``, for tokens or parts of the result."""
        return self.out.with_name(self.out.name + ".part")


def providers(place: Installation) -> list[str]:
    """Returns the ids of our backends that are available here.

    Raises:
        ProgramError: if the launcher fails.
    """
    listing = json.loads(programs.run(place.launcher, "backends", "--json"))
    return [entry["id"] for entry in listing["candidates"] if entry["available"]]


def gather(
    agreements: Agreements,
    columns: Columns,
    models: Models,
    place: Installation,
    progress: Callable[[str], None],
) -> dict[Source, str]:
    """Lets every program of the table compute its logits; returns why some have none.

    As many run at a time as there are processors: most of them use one. Ours run one by one.
    """
    paths: dict[str, Path | str] = {}
    for name in dict.fromkeys(source.file for source in agreements.sources()):
        try:
            paths[name] = models.path(name)
        except ProgramError as e:
            paths[name] = str(e)

    def compute(source: Source) -> str:
        out = columns.result(source)
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            model = paths[source.file]
            if isinstance(model, str):
                raise ProgramError(model)
            task = Task(model, columns.tokens(source), out)
            _engine(source.engine)(source.engine, task, place)
        except (ProgramError, OSError, ValueError) as e:
            out.unlink(missing_ok=True)
            progress(f"{source}: {e}")
            return str(e)
        progress(f"{source}: done")
        return ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = dict(zip(agreements.sources(), pool.map(compute, agreements.sources())))
    return {source: reason for source, reason in outcomes.items() if reason}


def _engine(name: str) -> Callable[[str, Task, Installation], None]:
    known: dict[str, Callable[[str, Task, Installation], None]] = {
        "mlx-float32": _mlx,
        "mlx-file": _mlx,
        "llama.cpp": _llama_cpp,
        TRANSFORMERS_AGAIN: _transformers,
        ANY_PROVIDER: _no_provider,
    }
    return known.get(name, _trilobit)


def _mlx(engine: str, task: Task, place: Installation) -> None:
    script = place.judges / "with-mlx" / "logits.py"
    precision = engine.removeprefix("mlx-")
    programs.run(
        place.target / "python" / "bin" / "python",
        script,
        *("--model", task.model),
        *("--tokens", _write_tokens(task)),
        *("--precision", precision),
        *("--out", task.out),
    )


def _llama_cpp(_: str, task: Task, place: Installation) -> None:
    model = task.model
    if not has_tokenizer(model):
        model = place.work / f"{model.parent.name}-{model.name}"
        add_tokenizer(task.model, model)
    script = place.with_llama_cpp / "logits.mjs"
    programs.run("node", script, model, _write_tokens(task), task.out)


def _transformers(_: str, task: Task, place: Installation) -> None:
    oracle = task.out.with_suffix("")
    script = place.judges / "with-transformers" / "make_oracle.py"
    programs.run(
        place.transformers_python,
        script,
        *(task.model, oracle),
        *("--token-file", _write_tokens(task)),
    )
    shutil.move(oracle / "oracle.bin", task.out)


def _trilobit(engine: str, task: Task, place: Installation) -> None:
    """Runs ours, which takes one sequence a call."""
    chosen = ["--oracle"] if engine == ORACLE else ["--backend", engine]
    with _ONE_OF_OURS, task.out.open("wb") as out:
        for ids in task.tokens:
            task.scratch.unlink(missing_ok=True)
            programs.run(
                place.launcher,
                "logits",
                *("--model", task.model),
                *chosen,
                *("--tokens", ",".join(map(str, ids))),
                *("--out", task.scratch),
            )
            out.write(task.scratch.read_bytes())


def _no_provider(_: str, __: Task, ___: Installation) -> None:
    raise ProgramError("none of our backends is available")


def _write_tokens(task: Task) -> Path:
    task.scratch.write_text(json.dumps(task.tokens), encoding="utf-8")
    return task.scratch
