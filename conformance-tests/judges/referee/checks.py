"""Decides the demands that are not about logits of a table: each kind has its own module."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from referee import chat, gguf_library, goldens, hub_cache, perplexity, tokens
from referee.agreements import Check
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation, ProgramError

Decision = Callable[[Check, Models, Installation], Finding]

KINDS: Mapping[str, Decision] = {
    "gguf-library": gguf_library.decide,
    "tokens": tokens.decide,
    "recorded-chat": chat.decide,
    "perplexity": perplexity.decide,
    "goldens": goldens.decide,
    "hub-cache": hub_cache.decide,
}


def needs_transformers(check: Check) -> bool:
    """Tells whether a check needs the large installation."""
    return check.kind == "perplexity" or goldens.needs_transformers(check)


def decide(
    checks: list[Check],
    models: Models,
    place: Installation,
    progress: Callable[[str], None],
) -> list[Finding]:
    """Decides one after another: a check that breaks fails with what broke it."""
    findings = []
    for check in checks:
        try:
            finding = KINDS[check.kind](check, models, place)
        except (ProgramError, OSError, KeyError, ValueError) as e:
            reason = f"{type(e).__name__}: {e}" if isinstance(e, KeyError) else str(e)
            finding = Finding(check, "-", "-", "-", (reason,))
        outcome = "; ".join(finding.failures) or finding.found
        progress(f"{check.kind} of {check.file or 'all'}: {outcome}")
        findings.append(finding)
    return findings
