"""Checks that are not about logits: each must find what was planted, and hold without it."""

import json
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import gguf
import numpy as np
from safetensors.numpy import save_file

from referee import checks, gguf_library, programs, report
from referee.agreements import Check, Given, ModelFile
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation, ProgramError

Program = Callable[[list[str]], str]


class CheckCase(unittest.TestCase):
    """A data folder and made-up programs, one for each command of ours and each script."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        judges = self.root / "conformance-tests" / "judges"
        launcher = self.root / "trilobit"
        self.place = Installation(judges, self.root / "target", launcher, self.root / "data")
        self.place.work.mkdir(parents=True)
        self.place.data.mkdir()
        self.programs: dict[str, Program] = {}

    def _run(self, *command: str | Path, text: str = "") -> str:
        words = [str(word) for word in command]
        known = [name for name in self.programs if name in {Path(word).name for word in words[:2]}]
        return self.programs[known[0]](words)

    def decide(self, kind: str, file: str = "", **options: object) -> Finding:
        """Decides one check; ``file`` and its like lie below the data folder by their name."""
        names = {path.name for path in self.place.data.iterdir()}
        models = Models({name: ModelFile(name, Given(name), "") for name in names}, self.place)
        check = Check(kind, file, options, "made up")
        with mock.patch.object(programs, "run", self._run):
            return checks.decide([check], models, self.place, lambda _: None)[0]

    def assert_fails(self, finding: Finding, reason: str) -> None:
        """Requires that the reason is among those of the finding."""
        self.assertFalse(finding.holds)
        self.assertRegex("; ".join(finding.failures), reason)


class TokensTest(CheckCase):
    """Token ids of a text."""

    def setUp(self) -> None:
        super().setUp()
        (self.place.data / "m.gguf").write_text("model")
        (self.place.data / "text").write_text("0123456789ä")
        self.encoded: list[str] = []
        self.programs = {"trilobit": self._ours, "node": self._theirs}
        self.ours = "1,2,3\n"

    def _theirs(self, words: list[str]) -> str:
        Path(words[-1]).write_text("[1, 2, 3]")
        return ""

    def _ours(self, words: list[str]) -> str:
        self.encoded.append(Path(words[words.index("--text") + 1]).read_text())
        return self.ours

    def test_equal_ids_hold_and_the_text_is_cut_at_a_whole_character(self) -> None:
        finding = self.decide("tokens", "m.gguf", texts=["text", "text"], bytes=11)
        self.assertTrue(finding.holds, finding.failures)
        self.assertEqual(["0123456789"] * 2, self.encoded)
        self.assertEqual("6 ids", finding.found)

    def test_the_first_difference_is_told(self) -> None:
        self.ours = "1,2,4,3\n"
        finding = self.decide("tokens", "m.gguf", texts=["text"], bytes=99)
        self.assert_fails(finding, r"text: 4 ids of ours, 3 of theirs; from id 3 on \[4, 3\] and")

    def test_ids_that_are_missing_at_the_end_are_a_difference(self) -> None:
        self.ours = "1,2\n"
        finding = self.decide("tokens", "m.gguf", texts=["text"], bytes=99)
        self.assert_fails(finding, r"from id 3 on \[\] and \[3\]")

    def test_a_program_that_breaks_fails_the_check(self) -> None:
        def breaks(_: list[str]) -> str:
            raise ProgramError("it broke")

        self.programs["node"] = breaks
        self.assert_fails(self.decide("tokens", "m.gguf", texts=["text"], bytes=9), "it broke")

    def test_a_missing_model_or_option_fails_the_check(self) -> None:
        self.assert_fails(self.decide("tokens", "m.gguf", bytes=9), "KeyError: 'texts'")
        (self.place.data / "m.gguf").unlink()
        (self.place.data / "gone").symlink_to("nowhere")
        finding = self.decide("tokens", "gone", texts=["text"], bytes=9)
        self.assert_fails(finding, "gone: .*no such file or folder")


class PerplexityTest(CheckCase):
    """Perplexity of ours against that of transformers."""

    def setUp(self) -> None:
        super().setUp()
        (self.place.data / "m.gguf").write_text("model")
        (self.place.data / "text").write_text("text")
        self.ours = {
            "perplexity": 20.0,
            "text_tokens": 99,
            "tokens_scored": 50,
            "backend": "plain",
        }
        self.theirs = {"perplexity": 20.01, "text_tokens": 99, "tokens_scored": 50}
        self.programs = {
            "trilobit": lambda _: json.dumps(self.ours),
            "perplexity.py": lambda _: json.dumps(self.theirs),
        }

    def _decide(self) -> Finding:
        options = {"text": "text", "chunk": 10, "chunks": 5, "ratio": 0.001}
        return self.decide("perplexity", "m.gguf", **options)

    def test_a_small_distance_holds_and_is_told(self) -> None:
        finding = self._decide()
        self.assertTrue(finding.holds, finding.failures)
        self.assertIn("-0.0500%", finding.found)

    def test_a_large_distance_fails_in_either_direction(self) -> None:
        for value in (20.1, 19.9, float("nan")):
            self.theirs["perplexity"] = value
            self.assert_fails(self._decide(), "perplexity .* from theirs")

    def test_another_number_of_tokens_fails(self) -> None:
        self.ours |= {"text_tokens": 98, "tokens_scored": 49}
        self.assert_fails(self._decide(), "text_tokens: 98 of .*tokens_scored: 49 of ours, 50")


class ChatTest(CheckCase):
    """A recorded chat of two steps; logits are made up from the recording itself."""

    def setUp(self) -> None:
        super().setUp()
        (self.place.data / "m.gguf").write_text("model")
        scores = np.random.default_rng(1).standard_normal((2, 12))
        scores[0, 7], scores[1, 3] = 6, 6
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        best = np.argsort(-log_probabilities, axis=1)[:, :10]
        self.recorded = {
            "prompt": "Hello",
            "ids": [1, 2, 4],
            "greedy": [7, 3],
            "text": " Hi there<|im_end|>",
            "margin": [3.0, 0.004],
            "top10": [
                [[int(token), float(row[token])] for token in ids]
                for ids, row in zip(best, log_probabilities)
            ],
        }
        self.logits = np.concatenate([np.zeros((2, 12)), scores + 1.5])
        self.ids, self.said = "1,2,4", "Hi there\n"
        self.programs = {"trilobit": self._ours}

    def _ours(self, words: list[str]) -> str:
        match words[1]:
            case "tokens":
                return self.ids
            case "chat":
                return self.said
        self.assertEqual("1,2,4,7", words[words.index("--tokens") + 1])
        self.logits.astype("<f4").tofile(words[words.index("--out") + 1])
        return ""

    def _decide(self) -> Finding:
        (self.place.data / "chat.json").write_text(json.dumps([self.recorded]))
        options = {"recording": "chat.json", "nats": 5e-3, "tie": 0.01}
        return self.decide("recorded-chat", "m.gguf", **options)

    def test_the_recording_itself_holds(self) -> None:
        finding = self._decide()
        self.assertTrue(finding.holds, finding.failures)
        self.assertIn("20 log-probabilities; 0 ties in 2 steps; 1 of 1 texts", finding.found)

    def test_a_log_probability_too_far_away_fails(self) -> None:
        self.logits[3, 5] += 4
        self.assert_fails(self._decide(), "'Hello', step 1: .* nats from the recording")

    def test_numbers_that_are_not_finite_fail(self) -> None:
        self.logits[2] = np.nan
        self.assert_fails(self._decide(), "step 0: nan nats")

    def _prefer_second(self, step: int) -> int:
        """Lets ours prefer the second token by a hair, and the recording have both as close."""
        row = self.logits[2 + step]
        best, second = (int(token) for token in np.argsort(-row)[:2])
        row[second] = row[best] + 1e-6
        for entry in self.recorded["top10"][step]:
            entry[1] = float(row[entry[0]] - np.log(np.exp(row).sum()))
        return second

    def test_another_token_fails(self) -> None:
        second = self._prefer_second(0)
        self.assert_fails(self._decide(), f"step 0: token {second}, not 7")

    def test_another_token_at_a_tie_holds_with_whatever_text_follows(self) -> None:
        self._prefer_second(1)
        self.said = "Hi you\n"
        finding = self._decide()
        self.assertTrue(finding.holds, finding.failures)
        self.assertIn("1 ties in 2 steps; 0 of 1 texts", finding.found)

    def test_another_template_or_another_answer_fails(self) -> None:
        self.ids, self.said = "1,2,5", "Hi\n"
        finding = self._decide()
        self.assert_fails(finding, "the template: 3 ids of ours")
        self.assert_fails(finding, "answered 'Hi', not ' Hi there")


class GoldensTest(CheckCase):
    """Goldens made again by a script of the made-up project."""

    def setUp(self) -> None:
        super().setUp()
        folder = self.root / "goldens"
        folder.mkdir()
        (folder / "record.py").write_text("not run: programs are made up")
        (folder / "a.bin").write_text("one")
        (folder / "notes").write_text("stays")
        self.makes = {"a.bin": "one"}
        self.removed = True
        self.programs = {"record.py": self._record}

    def _record(self, words: list[str]) -> str:
        copy = Path(words[1]).parent
        self.assertEqual([str(copy), str(self.place.data)], words[2:])
        self.assertEqual(self.removed, not (copy / "a.bin").exists())
        for name, content in self.makes.items():
            (copy / name).write_text(content)
        return "printed"

    def _decide(self, **more: object) -> Finding:
        options = {"script": "goldens/record.py", "makes": ["*.bin"], "judge": "x"}
        options |= {"arguments": ["{here}", "{data}"]} | more
        return self.decide("goldens", **options)

    def test_the_same_bytes_hold_and_the_committed_ones_stay(self) -> None:
        finding = self._decide()
        self.assertTrue(finding.holds, finding.failures)
        self.assertEqual("1 files made again", finding.found)
        self.assertEqual("one", (self.root / "goldens" / "a.bin").read_text())

    def test_other_bytes_fail(self) -> None:
        self.makes["a.bin"] = "two"
        self.assert_fails(self._decide(), "a.bin: the committed one differs")

    def test_files_that_are_missing_or_more_fail(self) -> None:
        self.makes = {"b.bin": "one"}
        self.assert_fails(self._decide(), "a.bin: not made again; b.bin: is not committed")

    def test_nothing_to_compare_fails(self) -> None:
        self.removed = False
        self.assert_fails(self._decide(makes=["*.none"]), "nothing is committed of")

    def test_what_a_script_prints_is_compared(self) -> None:
        self.makes = {}
        self.assert_fails(self._decide(prints="a.bin"), "a.bin: the committed one differs")


class HubCacheTest(CheckCase):
    """The script of another judge."""

    def test_its_end_decides(self) -> None:
        self.programs = {"cache.py": lambda _: ""}
        self.assertTrue(self.decide("hub-cache").holds)

        def disagrees(_: list[str]) -> str:
            raise ProgramError("python ended with 1: scan_cache_dir: FAILS")

        self.programs = {"cache.py": disagrees}
        self.assert_fails(self.decide("hub-cache"), "scan_cache_dir: FAILS")


class ReportTest(unittest.TestCase):
    """Every kind of check has a name for people, and its findings appear in the tables."""

    def test_findings_of_each_kind_are_told(self) -> None:
        for kind in checks.KINDS:
            check = Check(kind, "m.gguf", {}, "a reason")
            finding = Finding(check, "someone", "something", "a limit", ("it is wrong",))
            told = report.found_table([finding])
            self.assertIn("| m.gguf | someone | something | a limit | **NO** |", told)
            self.assertIn(f"- {kind} of m.gguf: it is wrong", report.failures([], [finding]))
            self.assertIn("(m.gguf): a reason", report.found_reasons([finding]))
            (entry,) = json.loads(report.as_json([], [finding]))["checks"]
            self.assertEqual(["it is wrong"], entry["failures"])


class GgufLibraryTest(CheckCase):
    """A file that the library wrote, against numbers that we decoded from it."""

    HEADS, WIDTH = 4, 64

    def _make(self, architecture: str = "qwen3", layers: int = 1) -> None:
        rng = np.random.default_rng(3)
        query = rng.standard_normal((self.WIDTH, self.WIDTH)).astype(np.float32)
        packed = gguf.quants.quantize(query, gguf.GGMLQuantizationType.Q8_0)
        writer = gguf.GGUFWriter(self.place.data / "m.gguf", architecture)
        writer.add_block_count(layers)
        writer.add_embedding_length(self.WIDTH)
        writer.add_feed_forward_length(self.WIDTH)
        writer.add_head_count(self.HEADS)
        writer.add_head_count_kv(self.HEADS)
        writer.add_layer_norm_rms_eps(1e-6)
        writer.add_context_length(512)
        writer.add_rope_freq_base(1e4)
        writer.add_token_list(["a", "b"])
        writer.add_tensor("blk.0.attn_q.weight", packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor("output_norm.weight", query[0])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        self.facts = {
            "num_hidden_layers": 1,
            "hidden_size": self.WIDTH,
            "intermediate_size": self.WIDTH,
            "num_attention_heads": self.HEADS,
            "num_key_value_heads": self.HEADS,
            "rms_norm_eps": 1e-6,
            "max_position_embeddings": 512,
            "rope_theta": 10000,
            "vocab_size": 2,
        }
        self.dense = {
            "model.layers.0.self_attn.q_proj.weight": gguf.quants.dequantize(
                packed, gguf.GGMLQuantizationType.Q8_0
            ),
            "model.norm.weight": query[0],
        }

    def _convert(self, words: list[str]) -> str:
        """Stands for our decoder."""
        self.assertEqual(["convert", str(self.place.data / "m.gguf")], words[1:3])
        self.assertEqual(["--to", "hf-f32", "--allow-other-activations"], words[4:])
        folder = Path(words[3])
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(self.facts))
        save_file(self.dense, folder / "model.safetensors")
        return ""

    def _decide(self, **options: object) -> Finding:
        self.programs = {"trilobit": self._convert}
        return self.decide("gguf-library", "m.gguf", **options)

    def test_the_same_numbers_hold(self) -> None:
        self._make()
        finding = self._decide()
        self.assertTrue(finding.holds, finding.failures)
        self.assertIn("1 F32, 1 Q8_0; 4160 numbers compared", finding.found)

    def test_one_other_number_fails(self) -> None:
        self._make()
        self.dense["model.layers.0.self_attn.q_proj.weight"][3, 5] += 1e-3
        self.assert_fails(self._decide(), r"1 of 4096 numbers differ, first \(3, 5\)")

    def test_rows_of_queries_are_permuted_in_files_of_the_architecture_llama(self) -> None:
        self._make("llama")
        self.assert_fails(self._decide(), "numbers differ")
        name = "model.layers.0.self_attn.q_proj.weight"
        stored = self.dense[name].reshape(self.HEADS, self.WIDTH // self.HEADS // 2, 2, self.WIDTH)
        self.dense[name] = stored.swapaxes(1, 2).reshape(self.WIDTH, self.WIDTH).copy()
        self.assertTrue(self._decide().holds)

    def test_metadata_that_differs_from_the_config_fails(self) -> None:
        self._make(layers=2)
        self.facts["vocab_size"] = 3
        finding = self._decide()
        self.assert_fails(finding, "qwen3.block_count: expected 1, got 2")
        self.assert_fails(finding, "2 tokens, expected 3")

    def test_sizes_are_those_of_a_config_that_is_named(self) -> None:
        self._make()
        source = self.place.data / "source"
        source.mkdir()
        (source / "config.json").write_text(json.dumps(self.facts | {"rope_theta": 5e5}))
        self.assert_fails(self._decide(config="source"), "rope.freq_base: expected 500000.0")

    def test_a_tensor_that_one_side_lacks_fails(self) -> None:
        self._make()
        norm = self.dense.pop("model.norm.weight")
        self.dense["model.embed_tokens.weight"] = norm
        finding = self._decide()
        self.assert_fails(finding, "embed_tokens.weight: no tensor token_embd.weight in the GGUF")
        self.assert_fails(finding, "output_norm.weight: not in what we decoded")

    def test_types_without_a_decoder_must_be_named_and_be_there(self) -> None:
        self._make()
        finding = self._decide(undecoded=["Q8_0"])
        self.assertTrue(finding.holds, finding.failures)
        self.assertIn("64 numbers compared", finding.found)
        self.assert_fails(self._decide(undecoded=["Q1_0"]), "no tensor of type Q1_0")

    def test_a_file_that_is_no_gguf_fails(self) -> None:
        self._make()
        (self.place.data / "m.gguf").write_bytes(b"no model at all, but long enough to look at")
        self.assertFalse(self._decide().holds)

    def test_the_permutation_is_that_of_the_converter(self) -> None:
        rows = np.arange(8, dtype=np.float32)[:, None]
        reader = mock.Mock()
        reader.get_field.return_value.contents.return_value = "llama"
        facts = {"num_attention_heads": 2, "num_key_value_heads": 1}
        name = "model.layers.0.self_attn.{}.weight"
        permuted = gguf_library._permuted(rows, name.format("q_proj"), reader, facts)
        self.assertEqual([0, 2, 1, 3, 4, 6, 5, 7], permuted[:, 0].astype(int).tolist())
        permuted = gguf_library._permuted(rows, name.format("k_proj"), reader, facts)
        self.assertEqual([0, 4, 1, 5, 2, 6, 3, 7], permuted[:, 0].astype(int).tolist())


if __name__ == "__main__":
    unittest.main()
