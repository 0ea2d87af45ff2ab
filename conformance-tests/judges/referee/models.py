"""Provides model files: those of the data folder, unpacked where need be, and those made here."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path

from referee import programs, random_model
from referee.agreements import Converted, Given, Installed, ModelFile, Random
from referee.programs import Installation, ProgramError

_PACKED_WEIGHTS = "model.safetensors.gz"


class Models:
    """Finds or makes each file once; not for several threads."""

    def __init__(self, files: Mapping[str, ModelFile], place: Installation) -> None:
        self._files = files
        self._place = place
        self._made: dict[str, Path | str] = {}

    def path(self, name: str) -> Path:
        """Returns the folder or file that programs open.

        Raises:
            ProgramError: if it is missing, or cannot be made; why is found out only once.
        """
        if name not in self._made:
            try:
                self._made[name] = self._provide(self._files[name])
            except (ProgramError, OSError, EOFError, ValueError, zlib.error) as e:
                self._made[name] = f"{name}: {e}"
        made = self._made[name]
        if isinstance(made, str):
            raise ProgramError(made)
        return made

    def _provide(self, file: ModelFile) -> Path:
        match file.origin:
            case Given(path):
                found = _readable(self._place.data / path, self._place.work / file.name)
            case Installed(path):
                found = self._place.models / path
            case Random() as recipe:
                found = self._place.work / file.name
                random_model.write(recipe, found, self._place.data)
            case Converted(source, options, is_file):
                found = self._place.work / (file.name + (".gguf" if is_file else ""))
                programs.run(self._place.launcher, "convert", self.path(source), found, *options)
        if not found.exists():
            raise ProgramError(f"{found}: no such file or folder")
        return found


def _readable(path: Path, copy: Path) -> Path:
    """Returns ``path``, or ``copy`` with unpacked weights if its weights are packed."""
    packed = path / _PACKED_WEIGHTS
    if not packed.is_file():
        return path
    copy.mkdir(parents=True)
    shutil.copyfile(path / "config.json", copy / "config.json")
    with gzip.open(packed) as source, (copy / packed.stem).open("wb") as target:
        shutil.copyfileobj(source, target)
    return copy
