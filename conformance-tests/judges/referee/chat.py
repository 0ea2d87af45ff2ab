"""A recorded chat with a real model: template, log-probabilities and greedy text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from referee import programs
from referee.agreements import Check
from referee.findings import Finding
from referee.metrics import log_softmax
from referee.models import Models
from referee.programs import Installation
from referee.tokens import difference


@dataclass(frozen=True)
class Answer:
    """One recorded prompt: ids of the applied template, then the greedy answer step by step.

    ``margin`` is the distance of the two best log-probabilities, ``top10`` the best ids with theirs.
    """

    prompt: str
    ids: list[int]
    greedy: list[int]
    text: str
    margin: list[float]
    top10: list[list[tuple[int, float]]]


def decide(check: Check, models: Models, place: Installation) -> Finding:
    """Compares with ``recording``, a JSON file below the data folder.

    Every listed log-probability lies within ``nats`` of the recorded one, after the recorded ids;
    the most likely token is the recorded one at each step, and the text of a real chat is the
    recorded one, but from a step on whose margin is under ``tie``.
    """
    model = models.path(check.file)
    path = place.data / str(check.options["recording"])
    answers = [Answer(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    nats, tie = float(check.options["nats"]), float(check.options["tie"])
    largest, ties, texts, failures = 0.0, 0, 0, []
    for answer in answers:
        distances, choices = _distances(answer, _logits(answer, model, place))
        largest = max(largest, float(distances.max()))
        failures += [f"{answer.prompt!r}: {reason}" for reason in _template(answer, model, place)]
        for step in np.flatnonzero(~(distances.max(axis=1) <= nats))[:3]:
            far = distances[step].max()
            failures.append(f"{answer.prompt!r}, step {step}: {far:.1e} nats from the recording")
        others = [step for step, token in enumerate(answer.greedy) if choices[step] != token]
        ties += sum(answer.margin[step] < tie for step in others)
        failures += [
            f"{answer.prompt!r}, step {step}: token {choices[step]}, not {answer.greedy[step]}"
            for step in others
            if not answer.margin[step] < tie
        ]
        said = _answer(answer, model, place)
        texts += said == _plain(answer.text)
        if said != _plain(answer.text) and not others:
            failures.append(f"{answer.prompt!r}: answered {said!r}, not {answer.text!r}")
    steps = sum(len(answer.greedy) for answer in answers)
    found = (
        f"{largest:.1e} nats at most over {10 * steps} log-probabilities; {ties} ties in {steps}"
        f" steps; {texts} of {len(answers)} texts equal"
    )
    limit = f"{nats:g} nats; greedy equal but at ties under {tie:g}"
    return Finding(check, "transformers (recorded)", found, limit, tuple(failures))


def _template(answer: Answer, model: Path, place: Installation) -> list[str]:
    line = programs.run(place.launcher, "tokens", "--model", model, "--chat", answer.prompt)
    ours = [int(token) for token in line.split(",")]
    return [] if ours == answer.ids else [f"the template: {difference(ours, answer.ids)}"]


def _logits(answer: Answer, model: Path, place: Installation) -> np.ndarray:
    """Returns our logits [steps, vocabulary] after prompt and recorded tokens, step by step."""
    out = place.work / "chat.f32"
    ids = answer.ids + answer.greedy[:-1]
    tokens = ",".join(map(str, ids))
    programs.run(
        place.launcher, "logits", "--model", model, "--tokens", tokens, "--out", out
    )
    logits = np.fromfile(out, dtype="<f4").reshape(len(ids), -1)
    out.unlink()
    return logits[len(answer.ids) - 1 :]


def _distances(answer: Answer, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns how far each listed log-probability is away [steps, 10], and our choices [steps]."""
    listed = np.array(answer.top10)
    ids, recorded = listed[:, :, 0].astype(int), listed[:, :, 1]
    ours = np.take_along_axis(log_softmax(logits), ids, axis=1)
    return np.abs(ours - recorded), logits.argmax(axis=1)


def _answer(answer: Answer, model: Path, place: Installation) -> str:
    limit = str(len(answer.greedy))
    return programs.run(
        place.launcher,
        "chat",
        *("--model", model),
        *("--temperature", "0"),
        *("--max-tokens", limit),
        text=answer.prompt + "\n",
    ).strip()


def _plain(text: str) -> str:
    """Returns a recorded text without the token that ends it, as a chat shows it."""
    return text.removesuffix("<|im_end|>").strip()
