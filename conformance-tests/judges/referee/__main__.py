"""Lets the judges compute, compares, prints and writes the table; exits 1 if a row fails."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from referee import report
from referee.agreements import Agreements
from referee.engines import (
    TRANSFORMERS_AGAIN,
    EngineError,
    Installation,
    gather,
    providers,
)
from referee.recordings import recorded_versions
from referee.verdicts import Columns, Verdict, judge

_JUDGES = Path(__file__).resolve().parent.parent
_PROJECT = _JUDGES.parent.parent


def say(message: str) -> None:
    """Reports progress on standard error; standard output has the table alone."""
    print(message, file=sys.stderr, flush=True)


def chosen_rows(agreements: Agreements, step: str) -> Agreements:
    """Returns the rows of a step: those of transformers need its large installation."""
    engines = {row.other.engine for row in agreements.rows}
    if step == "transformers":
        engines &= {TRANSFORMERS_AGAIN}
    elif step == "quick":
        engines -= {TRANSFORMERS_AGAIN}
    return agreements.of_engines(engines)


def decide(agreements: Agreements, place: Installation) -> list[Verdict]:
    """Computes and compares everything afresh."""
    results = place.target / "logits"
    for folder in (results, place.work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        agreements = agreements.with_providers(providers(place))
    except EngineError as e:
        say(f"our backends: {e}")
    columns = Columns(place.data, results, agreements)
    return judge(agreements, columns, gather(agreements, columns, place, say))


def facts(agreements: Agreements, data: Path, command: str) -> dict[str, str]:
    """Returns what the page says of the recordings, the pins and its own origin."""
    folders = {data / file.recording for file in agreements.files.values()}
    pins = (_JUDGES / "with-transformers" / "requirements.txt").read_text(encoding="utf-8")
    versions = dict(line.split("==") for line in pins.split() if "==" in line)
    return {
        "command": command,
        "tie_width": str(agreements.tie_width),
        "recorded": ", ".join(recorded_versions(folders)),
        "again": f"transformers {versions['transformers']} with torch {versions['torch']}",
    }


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="referee", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with oracle/ and models/")
    parser.add_argument("--target", type=Path, required=True, help="where judges are installed")
    parser.add_argument("--step", choices=("quick", "transformers", "all"), default="quick")
    parser.add_argument(
        "--docs",
        type=Path,
        help="also write this page of documentation, if all rows hold; needs --step all",
    )
    parser.add_argument("--command", default="", help="what the page names as its origin")
    args = parser.parse_args()
    if args.docs and args.step != "all":
        parser.error("--docs: expected --step all, since the page has the rows of all steps")
    written = (args.target / "agreement.md", args.target / "agreement.json")
    for path in written:
        path.unlink(missing_ok=True)

    agreements = chosen_rows(Agreements.read(_JUDGES / "agreement.toml"), args.step)
    place = Installation(_JUDGES, args.target, _PROJECT / "trilobit", args.data)
    verdicts = decide(agreements, place)

    table = report.table(verdicts)
    failed = report.failures(verdicts)
    print(table)
    report_text = table + ("\n" + failed if failed else "")
    written[0].write_text(report_text, encoding="utf-8")
    written[1].write_text(report.as_json(verdicts), encoding="utf-8")
    if failed or not verdicts:
        say(f"{sum(not v.holds for v in verdicts)} of {len(verdicts)} rows fail:\n{failed}")
        return 1
    if args.docs:
        template = (_JUDGES / "page.md").read_text(encoding="utf-8")
        args.docs.parent.mkdir(parents=True, exist_ok=True)
        page = report.page(template, verdicts, facts(agreements, args.data, args.command))
        args.docs.write_text(page, encoding="utf-8")
    say(f"all {len(verdicts)} rows hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
