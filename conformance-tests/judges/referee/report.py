"""The table as Markdown and JSON, and the page in the project's documentation."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import date
from pathlib import Path

from referee.findings import Finding
from referee.verdicts import Verdict

_HEAD = (
    "| file | program | against | positions | mean KL | max KL | mean KL back | max KL back"
    " | top-1 | ties | misses | limits: mean KL, top-1 | holds |\n"
    "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|\n"
)


_CHECKS = {
    "gguf-library": "opens, same numbers",
    "tokens": "token ids",
    "recorded-chat": "recorded chat",
    "perplexity": "perplexity",
    "goldens": "goldens made again",
    "hub-cache": "pulled cache",
}
"""What people call the kinds of checks."""

_FOUND_HEAD = (
    "| check | file | judge | found | limit | holds |\n|---|---|---|---|---|---|\n"
)


def table(verdicts: list[Verdict]) -> str:
    """Returns the rows as a Markdown table."""
    return _HEAD + "".join(_line(verdict) for verdict in verdicts)


def found_table(findings: list[Finding]) -> str:
    """Returns what the checks found as a Markdown table."""
    return _FOUND_HEAD + "".join(
        f"| {_CHECKS[f.check.kind]} | {_subject(f)} | {f.judge} | {f.found} | {f.limit} |"
        f" {'yes' if f.holds else '**NO**'} |\n"
        for f in findings
    )


def failures(verdicts: list[Verdict], findings: list[Finding]) -> str:
    """Returns one line for each reason why a row or a check fails."""
    rows = [
        f"- {v.row.other} against {v.row.reference}: {reason}\n"
        for v in verdicts
        for reason in v.failures
    ]
    checks = [
        f"- {f.check.kind} of {_subject(f)}: {reason}\n" for f in findings for reason in f.failures
    ]
    return "".join(rows + checks)


def reasons(verdicts: list[Verdict]) -> str:
    """Returns the limits with why they are what they are, each once."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for v in verdicts:
        row = v.row
        limits = f"mean KL {row.mean_kl:.1e}, top-1 {_percent(row.top1)}"
        key = (f"{row.other.engine} against {row.reference.engine}", limits, row.why.strip())
        files = lines.setdefault(key, [])
        if row.other.file not in files:
            files.append(row.other.file)
    return "".join(
        f"- **{pair}** ({', '.join(files)}): {limits}. {why}\n"
        for (pair, limits, why), files in lines.items()
    )


def found_reasons(findings: list[Finding]) -> str:
    """Returns what each check is for, each once."""
    lines: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        key = (_CHECKS[finding.check.kind], finding.check.why.strip())
        lines.setdefault(key, []).append(_subject(finding))
    return "".join(
        f"- **{kind}** ({', '.join(subjects)}): {why}\n" for (kind, why), subjects in lines.items()
    )


def as_json(verdicts: list[Verdict], findings: list[Finding]) -> str:
    """Returns all rows with measurements, limits and reasons; KL in nats, top-1 from 0 to 1."""
    rows = [
        {
            "file": v.row.other.file,
            "program": v.row.other.engine,
            "reference": asdict(v.row.reference),
            "measured": asdict(v.measured) | {"top1": v.measured.top1} if v.measured else None,
            "limits": {"mean_kl": v.row.mean_kl, "top1": v.row.top1, "why": v.row.why.strip()},
            "failures": v.failures,
        }
        for v in verdicts
    ]
    checks = [
        {
            "kind": f.check.kind,
            "subject": _subject(f),
            "judge": f.judge,
            "found": f.found,
            "limit": f.limit,
            "why": f.check.why.strip(),
            "failures": list(f.failures),
        }
        for f in findings
    ]
    content = {"machine": machine(), "date": today(), "rows": rows, "checks": checks}
    return json.dumps(content, indent=1) + "\n"


def page(
    template: str, verdicts: list[Verdict], findings: list[Finding], facts: dict[str, str]
) -> str:
    """Fills the page of documentation; ``facts`` are the names in it that are not known here."""
    return template.format(
        **facts,
        date=today(),
        machine=machine(),
        table=table(verdicts).rstrip(),
        reasons=reasons(verdicts).rstrip(),
        found=found_table(findings).rstrip(),
        found_reasons=found_reasons(findings).rstrip(),
    )


def today() -> str:
    """Returns the date, ISO 8601."""
    return date.today().isoformat()


def machine() -> str:
    """Returns processor, how many of it, and the system."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.partition(":")[2].strip()
            for line in info.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        processor = f"{names[0]} ({platform.machine()})" if names else processor
    return f"{processor}, {os.cpu_count()} processors, {platform.system()}"


def _subject(finding: Finding) -> str:
    """Returns what a check is about: a file of the table, or a script of goldens, if any."""
    script = str(finding.check.options.get("script", "-"))
    return finding.check.file or script


def _line(verdict: Verdict) -> str:
    row, measured = verdict.row, verdict.measured
    against = row.reference.engine
    if row.reference.file != row.other.file:
        against = str(row.reference)
    numbers = ["-"] * 8
    if measured is not None:
        forward = (measured.forward_mean, measured.forward_max)
        backward = (measured.backward_mean, measured.backward_max)
        numbers = [str(measured.positions)]
        numbers += [f"{value:.1e}" for value in forward + backward]
        numbers += [f"{100 * measured.top1:.1f} %"]
        numbers += [str(measured.ties), str(measured.misses)]
    cells = [row.other.file, row.other.engine, against, *numbers]
    cells += [f"{row.mean_kl:.1e}, {_percent(row.top1)}", "yes" if verdict.holds else "**NO**"]
    return "| " + " | ".join(cells) + " |\n"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
