"""Starts programs, ours and others', and knows where they and the models lie."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

LONGEST_SECONDS = 1200
"""After this a program counts as hung; on a quiet machine none takes a minute."""


class ProgramError(Exception):
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
        """Returns the folder for unpacked, rewritten and converted models."""
        return self.target / "work"

    @property
    def models(self) -> Path:
        """Returns the folder of real models that ``run`` installed."""
        return self.target / "models"

    @property
    def transformers_python(self) -> Path:
        """Returns the Python that has torch and transformers, if that step is installed."""
        return self.target / "transformers" / "bin" / "python"

    @property
    def with_llama_cpp(self) -> Path:
        """Returns the folder that has llama.cpp and our scripts for it."""
        return self.target / "llama.cpp"


def run(*command: str | Path, text: str = "") -> str:
    """Runs a program with ``text`` as its standard input and returns its standard output.

    Raises:
        ProgramError: with the last line it said, if it cannot start, fails or hangs.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except OSError as e:
        raise ProgramError(f"{name} does not start: {e.strerror}") from e
    except subprocess.TimeoutExpired as e:
        raise ProgramError(f"{name} is not done after {LONGEST_SECONDS} s") from e
    if done.returncode != 0:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise ProgramError(f"{name} ended with {done.returncode}: {said[-1] if said else 'silent'}")
    return done.stdout
