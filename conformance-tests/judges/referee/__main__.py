"""Lets the judges compute, compares, prints and writes the table; exits 1 if a row fails."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from referee import checks, report
from referee.agreements import Agreements
from referee.engines import TRANSFORMERS_AGAIN, gather, providers
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation, ProgramError
from referee.recordings import recorded_versions
from referee.verdicts import Columns, Verdict, judge

_JUDGES = Path(__file__).resolve().parent.parent
_PROJECT = _JUDGES.parent.parent


def say(message: str) -> None:
    """Reports progress on standard error; standard output has the table alone."""
    print(message, file=sys.stderr, flush=True)


def chosen(agreements: Agreements, step: str) -> Agreements:
    """Returns the rows and checks of a step: some need the large installation of transformers."""
    if step == "all":
        return agreements

    def is_in_step(needs_transformers: bool) -> bool:
        return needs_transformers == (step == "transformers")

    engines = {row.other.engine for row in agreements.rows}
    return agreements.of_engines(
        {engine for engine in engines if is_in_step(engine == TRANSFORMERS_AGAIN)}
    ).of_checks([c for c in agreements.checks if is_in_step(checks.needs_transformers(c))])


def decide(agreements: Agreements, place: Installation) -> tuple[list[Verdict], list[Finding]]:
    """Computes and compares everything afresh."""
    results = place.target / "logits"
    for folder in (results, place.work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        agreements = agreements.with_providers(providers(place))
    except ProgramError as e:
        say(f"our backends: {e}")
    columns = Columns(place.data, results, agreements)
    models = Models(agreements.files, place)
    verdicts = judge(agreements, columns, gather(agreements, columns, models, place, say))
    return verdicts, checks.decide(agreements.checks, models, place, say)


def facts(agreements: Agreements, data: Path, command: str) -> dict[str, str]:
    """Returns what the page says of the recordings, the pins and its own origin."""
    folders = {data / file.recording for file in agreements.files.values() if file.recording}
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

    agreements = chosen(Agreements.read(_JUDGES / "agreement.toml", set(checks.KINDS)), args.step)
    place = Installation(_JUDGES, args.target, _PROJECT / "trilobit", args.data)
    verdicts, findings = decide(agreements, place)

    table = report.table(verdicts) + "\n" + report.found_table(findings)
    failed = report.failures(verdicts, findings)
    print(table)
    report_text = table + ("\n" + failed if failed else "")
    written[0].write_text(report_text, encoding="utf-8")
    written[1].write_text(report.as_json(verdicts, findings), encoding="utf-8")
    if failed or not verdicts:
        wrong = sum(not v.holds for v in verdicts), sum(not f.holds for f in findings)
        say(
            f"{wrong[0]} of {len(verdicts)} rows and {wrong[1]} of {len(findings)} checks"
            f" fail:\n{failed}"
        )
        return 1
    if args.docs:
        template = (_JUDGES / "page.md").read_text(encoding="utf-8")
        args.docs.parent.mkdir(parents=True, exist_ok=True)
        page = report.page(template, verdicts, findings, facts(agreements, args.data, args.command))
        args.docs.write_text(page, encoding="utf-8")
    say(f"all {len(verdicts)} rows and {len(findings)} checks hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
