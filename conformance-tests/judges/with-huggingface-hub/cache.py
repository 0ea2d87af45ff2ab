"""Lets huggingface_hub judge the cache that ``trilobit pull`` leaves, and pull that of the other."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from made_up_hub import COMMIT, REPOSITORY, MadeUpHub

LONGEST_SECONDS = 300

_TAKEN = ("config.json", "model.safetensors", "tokenizer.json")
_CONFIG = {
    "model_type": "bitnet",
    "vocab_size": 8,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 64,
    "hidden_act": "relu2",
    "rms_norm_eps": 1e-5,
    "quantization_config": {"quant_method": "bitnet", "quantization_mode": "offline"},
}


def made_up_files() -> dict[str, bytes]:
    """Returns a repository whose weights are fetched in more than one piece."""
    return {
        "README.md": b"# Made up\n",
        "config.json": json.dumps(_CONFIG).encode(),
        "model.safetensors": random.Random(1).randbytes(40_000_000),
        "original/notes \u00e4.txt": b"not taken",
        "tokenizer.json": b"{}",
    }


def pull(launcher: Path, hub: MadeUpHub, cache: Path, **environment: str) -> dict[str, object]:
    """Runs ours; returns what it says."""
    done = subprocess.run(
        [launcher, "pull", "--json", REPOSITORY],
        env=os.environ
        | {"HF_HUB_CACHE": str(cache), "HF_ENDPOINT": hub.address, "no_proxy": "127.0.0.1"}
        | environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"pull ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def expect(wanted: object, found: object, what: str) -> None:
    """Fails unless both are equal."""
    if wanted != found:
        raise AssertionError(f"{what}: expected {wanted!r}, got {found!r}")


def judge_scan(cache: Path, hub: MadeUpHub) -> None:
    """What pull left is a whole cache in the eyes of scan_cache_dir."""
    from huggingface_hub import scan_cache_dir

    scan = scan_cache_dir(cache)
    expect([], [str(warning) for warning in scan.warnings], "warnings")
    expect(0, len(scan.incomplete_files), "incomplete files")
    (repository,) = scan.repos
    expect((REPOSITORY, "model"), (repository.repo_id, repository.repo_type), "repository")
    (revision,) = repository.revisions
    expect((COMMIT, {"main"}), (revision.commit_hash, set(revision.refs)), "revision")
    sizes = {file.file_name: file.size_on_disk for file in revision.files}
    expect({name: len(hub.files[name]) for name in _TAKEN}, sizes, "files")
    blobs = {file.file_path.resolve() == file.blob_path.resolve() for file in revision.files}
    expect({True}, blobs, "links to blobs")


def judge_local_files(cache: Path, hub: MadeUpHub) -> None:
    """Each file is found without the network, by branch and by commit, and is what the hub has."""
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    for name in _TAKEN:
        for revision in (None, COMMIT):
            path = hf_hub_download(
                REPOSITORY, name, revision=revision, cache_dir=cache, local_files_only=True
            )
            expect(hub.files[name], Path(path).read_bytes(), name)
    try:
        hf_hub_download(REPOSITORY, "README.md", cache_dir=cache, local_files_only=True)
    except LocalEntryNotFoundError:
        pass
    else:
        raise AssertionError("README.md: expected not to be there")
    folder = snapshot_download(
        REPOSITORY, cache_dir=cache, local_files_only=True, allow_patterns=list(_TAKEN)
    )
    expect(COMMIT, Path(folder).name, "snapshot")


def judge_online(cache: Path, hub: MadeUpHub) -> None:
    """With the network nothing is fetched again, and what was left out is added."""
    from huggingface_hub import hf_hub_download, snapshot_download

    before = hub.bodies
    for name in _TAKEN:
        hf_hub_download(REPOSITORY, name, cache_dir=cache, endpoint=hub.address)
    expect(before, hub.bodies, "bodies that were sent again")
    snapshot_download(REPOSITORY, cache_dir=cache, endpoint=hub.address)
    expect(before + len(hub.files) - len(_TAKEN), hub.bodies, "bodies of the other files")


def judge_other_way(launcher: Path, cache: Path, hub: MadeUpHub) -> None:
    """What huggingface_hub fetched is found by ours, without and with the network."""
    from huggingface_hub import snapshot_download

    folder = snapshot_download(REPOSITORY, cache_dir=cache, endpoint=hub.address)
    before = hub.bodies
    offline = pull(launcher, hub, cache, HF_HUB_OFFLINE="1")
    expect(str(Path(folder)), offline["path"], "place without the network")
    online = pull(launcher, hub, cache)
    expect((0, str(Path(folder))), (online["fetched_bytes"], online["path"]), "pull again")
    # Ours reads config.json to choose.
    expect(before + 1, hub.bodies, "bodies that were sent again")


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launcher", type=Path, required=True, help="the program trilobit")
    parser.add_argument("--work", type=Path, required=True, help="folder for caches; emptied first")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    ours, others = args.work / "ours", args.work / "others"
    # Read when huggingface_hub is imported.
    os.environ |= {
        "HF_HOME": str(args.work / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }
    failures = 0
    with MadeUpHub(made_up_files()) as hub:
        pulled = pull(args.launcher, hub, ours)
        judgements: dict[str, Callable[[], None]] = {
            "scan_cache_dir": lambda: judge_scan(ours, hub),
            "without the network": lambda: judge_local_files(ours, hub),
            "with the network": lambda: judge_online(ours, hub),
            "its own cache, read by ours": lambda: judge_other_way(args.launcher, others, hub),
        }
        print(f"huggingface_hub on the cache of pull ({pulled['bytes']} bytes):", file=sys.stderr)
        for name, judgement in judgements.items():
            try:
                judgement()
                print(f"  {name}: holds", file=sys.stderr)
            except Exception as e:  # the other library may fail in any way
                failures += 1
                print(f"  {name}: FAILS: {type(e).__name__}: {e}", file=sys.stderr)
    shutil.rmtree(args.work, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
