"""Starts the programs that compute logits, ours and others'."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from referee.agreements import ANY_PROVIDER, ORACLE, Agreements, Source
from referee.gguf_tokenizer import add_tokenizer
from referee.verdicts import Columns

LONGEST_SECONDS = 1200
"""After this a program counts as hung; on a quiet machine none takes a minute."""

TRANSFORMERS_AGAIN = "transformers-again"

_PACKED_WEIGHTS = "model.safetensors.gz"

_ONE_OF_OURS = threading.Lock()
"""Our backends use all processors: two at once would only wait for each other."""


class EngineError(Exception):
    """A program has no result, and the message says why."""


@dataclass(frozen=True)
class Installation:
    """Where everything lies: this folder, what ``run`` installed, our launcher, and the data."""

    judges: Path
    target: Path
    launcher: Path
    data: Path

    @property
    def work(self) -> Path:
        """Returns the folder for unpacked and rewritten models."""
        return self.target / "work"


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
        EngineError: if the launcher fails.
    """
    listing = json.loads(_run(place.launcher, "backends", "--json"))
    return [entry["id"] for entry in listing["candidates"] if entry["available"]]


def gather(
    agreements: Agreements,
    columns: Columns,
    place: Installation,
    progress: Callable[[str], None],
) -> dict[Source, str]:
    """Lets every program of the table compute its logits; returns why some have none.

    As many run at a time as there are processors: most of them use one. Ours run one by one.
    """
    folders: dict[str, Path] = {}
    unreadable: dict[str, str] = {}
    for name in dict.fromkeys(source.file for source in agreements.sources()):
        try:
            folders[name] = _readable(place.data / agreements.files[name].path, place.work)
        except (OSError, EOFError, zlib.error) as e:
            unreadable[name] = f"{agreements.files[name].path}: {e}"

    def compute(source: Source) -> str:
        out = columns.result(source)
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            if source.file in unreadable:
                raise EngineError(unreadable[source.file])
            if not folders[source.file].exists():
                raise EngineError(f"{folders[source.file]}: no such file or folder")
            task = Task(folders[source.file], columns.tokens(source), out)
            _engine(source.engine)(source.engine, task, place)
        except (EngineError, OSError, ValueError) as e:
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
    _run(
        place.target / "python" / "bin" / "python",
        script,
        *("--model", task.model),
        *("--tokens", _write_tokens(task)),
        *("--precision", precision),
        *("--out", task.out),
    )


def _llama_cpp(_: str, task: Task, place: Installation) -> None:
    with_tokenizer = place.work / f"{task.model.parent.name}-{task.model.name}"
    add_tokenizer(task.model, with_tokenizer)
    script = place.target / "llama.cpp" / "logits.mjs"
    _run("node", script, with_tokenizer, _write_tokens(task), task.out)


def _transformers(_: str, task: Task, place: Installation) -> None:
    oracle = task.out.with_suffix("")
    script = place.judges / "with-transformers" / "make_oracle.py"
    _run(
        place.target / "transformers" / "bin" / "python",
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
            _run(
                place.launcher,
                "logits",
                *("--model", task.model),
                *chosen,
                *("--tokens", ",".join(map(str, ids))),
                *("--out", task.scratch),
            )
            out.write(task.scratch.read_bytes())


def _no_provider(_: str, __: Task, ___: Installation) -> None:
    raise EngineError("none of our backends is available")


def _readable(path: Path, work: Path) -> Path:
    """Returns ``path``, or a copy with unpacked weights if its weights are packed."""
    packed = path / _PACKED_WEIGHTS
    if not packed.is_file():
        return path
    copy = work / path.name
    copy.mkdir(parents=True)
    shutil.copyfile(path / "config.json", copy / "config.json")
    with gzip.open(packed) as source, (copy / packed.stem).open("wb") as target:
        shutil.copyfileobj(source, target)
    return copy


def _write_tokens(task: Task) -> Path:
    task.scratch.write_text(json.dumps(task.tokens), encoding="utf-8")
    return task.scratch


def _run(*command: str | Path) -> str:
    """Runs a program and returns its standard output.

    Raises:
        EngineError: with the last line it said, if it cannot start, fails or hangs.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except OSError as e:
        raise EngineError(f"{name} does not start: {e.strerror}") from e
    except subprocess.TimeoutExpired as e:
        raise EngineError(f"{name} is not done after {LONGEST_SECONDS} s") from e
    if done.returncode != 0:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise EngineError(f"{name} ended with {done.returncode}: {said[-1] if said else 'silent'}")
    return done.stdout
