"""Rewritten GGUF files, read back by the library of llama.cpp's project."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter

from referee.gguf_tokenizer import add_tokenizer


class GgufTokenizerTest(unittest.TestCase):
    """A file of two tensors in each alignment."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = Path(folder.name) / "source.gguf"
        self.target = Path(folder.name) / "target.gguf"
        rng = np.random.default_rng(1)
        self.tensors: dict[str, np.ndarray] = {
            "first": rng.standard_normal((3, 5)).astype(np.float32),
            "second": rng.standard_normal((7,)).astype(np.float16),
        }

    def _write(self, alignment: int) -> None:
        writer = GGUFWriter(self.source, "qwen3")
        writer.add_custom_alignment(alignment)
        writer.add_vocab_size(9)
        writer.add_tokenizer_model("no_vocab")
        writer.add_array("made.up.names", ["one", "zwei"])
        writer.add_float64("made.up.number", 0.1)
        for name, tensor in self.tensors.items():
            writer.add_tensor(name, tensor)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    def test_tensors_and_metadata_stay_and_a_tokenizer_comes(self) -> None:
        for alignment in (32, 64, 4096):
            with self.subTest(alignment=alignment):
                self._write(alignment)
                add_tokenizer(self.source, self.target)
                copy = GGUFReader(self.target)
                self.assertEqual(list(self.tensors), [tensor.name for tensor in copy.tensors])
                for tensor in copy.tensors:
                    np.testing.assert_array_equal(self.tensors[tensor.name], tensor.data)
                values = {key: field.contents() for key, field in copy.fields.items()}
                self.assertEqual(["one", "zwei"], values["made.up.names"])
                self.assertEqual(0.1, values["made.up.number"])
                self.assertEqual("gpt2", values["tokenizer.ggml.model"])
                self.assertEqual(9, len(set(values["tokenizer.ggml.tokens"])))
                self.assertEqual([3] + [1] * 8, values["tokenizer.ggml.token_type"])

    def test_a_file_cut_short_in_its_header_is_refused(self) -> None:
        self._write(32)
        whole = self.source.read_bytes()
        for size in (0, 3, 20, 60, 150):
            self.source.write_bytes(whole[:size])
            with self.subTest(size=size), self.assertRaises(ValueError):
                add_tokenizer(self.source, self.target)

    def test_another_format_is_refused(self) -> None:
        self.source.write_bytes(b"GGML" + bytes(60))
        with self.assertRaisesRegex(ValueError, "expected GGUF version 2 or 3"):
            add_tokenizer(self.source, self.target)


if __name__ == "__main__":
    unittest.main()
