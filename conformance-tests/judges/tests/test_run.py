"""The whole run with made-up programs: a wrong, missing or broken result must fail it."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

from referee import __main__ as referee
from referee import checks, programs, verdicts
from referee.agreements import Agreements, Source
from referee.metrics import Distance

TABLE = """
tie_width = 0.1
[file]
tiny = { path = "oracle/tiny" }
[[agreement]]
engine = "provider"
reference = "transformers"
files = ["tiny"]
mean_kl = 1e-6
top1 = 1.0
why = "made up"
[[agreement]]
engine = "special"
reference = "oracle on tiny"
files = ["tiny"]
mean_kl = 1e-9
top1 = 0.5
why = "made up"
"""
LISTING = {
    "candidates": [
        {"id": "plain", "available": True},
        {"id": "special", "available": True},
        {"id": "absent", "available": False},
    ]
}


class RunTest(unittest.TestCase):
    """Replaces the start of programs; everything else is the real thing."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        tiny = self.root / "data" / "oracle" / "tiny"
        tiny.mkdir(parents=True)
        self.logits = np.random.default_rng(1).standard_normal((2, 3, 5)).astype("<f4")
        tokens = [[0, 1, 2], [3, 4, 0]]
        self.logits.tofile(tiny / "oracle.bin")
        (tiny / "oracle.json").write_text(json.dumps({"tokens": tokens, "logits_shape": [2, 3, 5]}))
        (self.root / "agreement.toml").write_text(TABLE)
        self.planted: dict[str, np.ndarray] = {}
        self.listing: str | Exception = json.dumps(LISTING)

    def _start(self, *command: str | Path, text: str = "") -> str:
        """Stands for our launcher."""
        words = [str(word) for word in command]
        if words[1] == "backends":
            if isinstance(self.listing, Exception):
                raise self.listing
            return self.listing
        engine = "oracle" if "--oracle" in words else words[words.index("--backend") + 1]
        ids = words[words.index("--tokens") + 1].split(",")
        sequence = 0 if ids[0] == "0" else 1
        if engine in self.planted and self.planted[engine].size == 0:
            raise programs.ProgramError("it broke")
        logits = self.planted.get(engine, self.logits)[sequence][: len(ids)]
        logits.astype("<f4").tofile(words[words.index("--out") + 1])
        return ""

    def _run(self, *more: str) -> tuple[int, str]:
        """Runs the referee; returns its exit status and what it printed."""
        arguments = ["referee", "--data", str(self.root / "data"), "--target", str(self.root)]
        arguments += more
        printed = io.StringIO()
        with (
            mock.patch.object(programs, "run", self._start),
            mock.patch.object(referee, "_JUDGES", self.root),
            mock.patch.object(sys, "argv", arguments),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            return referee.main(), printed.getvalue()

    def _verdicts(self) -> dict[str, list[str]]:
        rows = json.loads((self.root / "agreement.json").read_text())["rows"]
        return {row["program"]: row["failures"] for row in rows}

    def test_equal_results_pass_with_one_row_for_each_available_provider(self) -> None:
        status, printed = self._run()
        self.assertEqual(0, status, printed)
        rows = json.loads((self.root / "agreement.json").read_text())["rows"]
        self.assertEqual(
            [("plain", "transformers"), ("special", "transformers"), ("special", "oracle")],
            [(row["program"], row["reference"]["engine"]) for row in rows],
        )
        self.assertIn("| tiny | plain | transformers |", (self.root / "agreement.md").read_text())

    def test_a_planted_wrong_result_fails_its_row_alone(self) -> None:
        self.planted["plain"] = self.logits + np.array([0, 0, 0, 0, 0.1], dtype="<f4")
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertRegex(printed, "plain on tiny against transformers on tiny: mean KL")
        self.assertEqual(["special"], [k for k, v in self._verdicts().items() if not v])

    def test_top1_alone_fails_a_row(self) -> None:
        swapped = self.logits.copy()
        swapped[0, 0, :2] = 5.0, 5.00001
        self.logits[0, 0, :2] = 5.00001, 5.0
        self.logits.tofile(self.root / "data" / "oracle" / "tiny" / "oracle.bin")
        self.planted["plain"] = swapped
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertEqual(1, len(self._verdicts()["plain"]))
        self.assertIn("top-1 83.33%, at least 100.00% expected", printed)

    def test_a_wrong_oracle_fails_what_is_measured_against_it(self) -> None:
        self.planted["oracle"] = -self.logits
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("special on tiny against oracle on tiny: mean KL", printed)

    def test_numbers_that_are_not_finite_fail(self) -> None:
        self.planted["plain"] = np.full_like(self.logits, np.nan)
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("the other has 30 of 30 numbers not finite", printed)

    def test_a_result_of_another_size_fails(self) -> None:
        self.planted["plain"] = self.logits[:, :2]
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("expected (2, 3, 5) numbers, got 20", printed)

    def test_a_program_that_breaks_fails_its_row_although_an_older_result_lies_there(self) -> None:
        self._run()
        self.planted["plain"] = np.zeros(0)
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("no result of plain on tiny: it broke", printed)

    def test_a_slow_program_is_asked_for_fewer_tokens_and_compared_on_them(self) -> None:
        limit = "tie_width = 0.1\n[first_tokens]\nspecial = 2\n"
        (self.root / "agreement.toml").write_text(TABLE.replace("tie_width = 0.1", limit))
        status, printed = self._run()
        self.assertEqual(0, status, printed)
        rows = json.loads((self.root / "agreement.json").read_text())["rows"]
        self.assertEqual([6, 4, 4], [row["measured"]["positions"] for row in rows])

    def test_a_negative_mean_fails_in_either_direction(self) -> None:
        for means in ((0.0, -2e-12), (-2e-12, 0.0)):
            planted = Distance(6, means[0], 0.0, means[1], 0.0, 6, 0, 0)
            with mock.patch.object(verdicts, "distance", return_value=planted):
                status, printed = self._run()
            self.assertEqual(1, status)
            self.assertIn("mean KL -2.00e-12, expected not to be negative", printed)

    def test_a_missing_recording_fails_its_rows_and_no_others(self) -> None:
        table = TABLE.replace("[[agreement]]", 'bare = { path = "oracle/bare" }\n[[agreement]]', 1)
        table = table.replace('files = ["tiny"]', 'files = ["tiny", "bare"]', 1)
        (self.root / "agreement.toml").write_text(table)
        (self.root / "data" / "oracle" / "bare").mkdir()
        status, printed = self._run()
        self.assertEqual(1, status)
        reason = "plain on bare against transformers on bare: .*no recording for bare"
        self.assertRegex(printed, reason)
        rows = json.loads((self.root / "agreement.json").read_text())["rows"]
        self.assertEqual({"bare"}, {row["file"] for row in rows if row["failures"]})

    def test_a_broken_recording_fails_its_rows(self) -> None:
        index = self.root / "data" / "oracle" / "tiny" / "oracle.json"
        for text in ("", "{}", '{"tokens": [], "logits_shape": []}'):
            index.write_text(text)
            status, printed = self._run()
            self.assertEqual(1, status)
            self.assertIn("no recording for tiny: ", printed)

    def test_broken_packed_weights_fail_their_rows(self) -> None:
        tiny = self.root / "data" / "oracle" / "tiny"
        (tiny / "config.json").write_text("{}")
        (tiny / "model.safetensors.gz").write_bytes(b"no gzip")
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("no result of plain on tiny: tiny: ", printed)

    def test_a_run_that_breaks_leaves_no_older_table(self) -> None:
        self._run()
        (self.root / "agreement.toml").write_text("nothing")
        with self.assertRaises(ValueError):
            self._run()
        self.assertEqual([], list(self.root.glob("agreement.md")))
        self.assertEqual([], list(self.root.glob("agreement.json")))

    def _with_page(self) -> Path:
        """Adds what the page is made of; returns where it goes."""
        (self.root / "page.md").write_text("by {recorded}, again by {again}\n{table}\n")
        (self.root / "with-transformers").mkdir()
        pins = self.root / "with-transformers" / "requirements.txt"
        pins.write_text("torch==2.0\ntransformers==1.5\n")
        index = self.root / "data" / "oracle" / "tiny" / "oracle.json"
        index.write_text(json.dumps(json.loads(index.read_text()) | {"transformers": "1.4"}))
        return self.root / "docs" / "AGREEMENT.md"

    def test_the_page_is_written_when_all_rows_hold_and_names_recorded_and_pinned_versions(
        self,
    ) -> None:
        page = self._with_page()
        status, printed = self._run("--step", "all", "--docs", str(page))
        self.assertEqual(0, status, printed)
        self.assertIn("by 1.4, again by transformers 1.5 with torch 2.0", page.read_text())

    def test_the_page_stays_as_it_is_when_a_row_fails(self) -> None:
        page = self._with_page()
        page.parent.mkdir()
        page.write_text("older")
        self.planted["plain"] = -self.logits
        self.assertEqual(1, self._run("--step", "all", "--docs", str(page))[0])
        self.assertEqual("older", page.read_text())

    def test_the_page_needs_all_steps(self) -> None:
        page = self._with_page()
        with self.assertRaises(SystemExit):
            self._run("--step", "quick", "--docs", str(page))
        self.assertFalse(page.exists())

    def test_no_available_provider_fails(self) -> None:
        self.listing = '{"candidates": []}'
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("none of our backends is available", printed)

    def test_a_launcher_that_breaks_fails(self) -> None:
        self.listing = programs.ProgramError("it broke")
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("our backends: it broke", printed)

    def test_a_missing_model_fails(self) -> None:
        gone = 'path = "gone", recording = "oracle/tiny"'
        table = TABLE.replace('path = "oracle/tiny"', gone)
        (self.root / "agreement.toml").write_text(table)
        status, printed = self._run()
        self.assertEqual(1, status)
        self.assertIn("gone: no such file or folder", printed)


class AgreementsTest(unittest.TestCase):
    """The declared table."""

    def _read(self, text: str) -> Agreements:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "agreement.toml"
            path.write_text(text)
            return Agreements.read(path, {"goldens"})

    def test_a_provider_with_a_row_of_its_own_gets_no_second_one(self) -> None:
        own = TABLE.replace('"oracle on tiny"', '"transformers"')
        rows = self._read(own).with_providers(["special", "plain"]).rows
        self.assertEqual(["plain", "special"], [row.other.engine for row in rows])
        self.assertEqual([1e-6, 1e-9], [row.mean_kl for row in rows])

    def test_each_source_is_computed_once_and_recorded_ones_never(self) -> None:
        sources = self._read(TABLE).with_providers(["special"]).sources()
        self.assertEqual([Source("special", "tiny"), Source("oracle", "tiny")], sources)

    def test_a_row_without_a_reason_or_with_an_unknown_file_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "expected a reason"):
            self._read(TABLE.replace("made up", " "))
        with self.assertRaisesRegex(ValueError, "no such file"):
            self._read(TABLE.replace('files = ["tiny"]', 'files = ["huge"]'))

    def test_a_row_that_comes_twice_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "comes twice"):
            self._read(TABLE + TABLE[TABLE.index("[[agreement]]") :])


if __name__ == "__main__":
    unittest.main()
