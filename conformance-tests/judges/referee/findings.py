"""What a check found, and the errors it may raise."""

from __future__ import annotations

from dataclasses import dataclass

from referee.agreements import Check


@dataclass(frozen=True)
class Finding:
    """A check with what ``judge`` and we were found to agree on, and why it fails, if it does."""

    check: Check
    judge: str
    found: str
    limit: str
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the demand is met."""
        return not self.failures
