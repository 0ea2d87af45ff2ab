"""Models that are made for the judges: random ones and converted ones."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
from safetensors.numpy import load_file

from referee import programs, random_model
from referee.agreements import Converted, Given, ModelFile, Random
from referee.models import Models
from referee.programs import Installation, ProgramError


class ModelsTest(unittest.TestCase):
    """A data folder with one tokenizer; conversions are made up."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        self.place = Installation(root, root / "target", root / "trilobit", root / "data")
        self.place.work.mkdir(parents=True)
        donor = self.place.data / "donor"
        donor.mkdir(parents=True)
        (donor / "config.json").write_text(json.dumps({"vocab_size": 11}))
        for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
            (donor / name).write_text("{}")
        self.commands: list[list[str]] = []

    def _models(self, **files: ModelFile) -> Models:
        return Models(files, self.place)

    def _convert(self, *command: str | Path, text: str = "") -> str:
        self.commands.append([str(word) for word in command[1:]])
        Path(command[3]).write_text("converted")
        return ""

    def test_random_weights_are_the_same_for_the_same_seed_and_exactly_of_their_kind(self) -> None:
        again = []
        for name in ("one", "two"):
            random_model.write(Random("ternary", 5, "donor"), self.place.work / name, self.place.data)
            again.append(load_file(self.place.work / name / "model.safetensors"))
        self.assertEqual(again[0].keys(), again[1].keys())
        for name, values in again[0].items():
            np.testing.assert_array_equal(values, again[1][name])
            self.assertEqual(np.float32, values.dtype)
        down = again[0]["model.layers.1.mlp.down_proj.weight"].reshape(256, 2, 256)
        scales = np.abs(down).max(axis=2, keepdims=True)
        self.assertEqual({-1.0, 0.0, 1.0}, set(np.unique(down / scales).tolist()))
        np.testing.assert_array_equal(scales, scales.astype(np.float16).astype(np.float32))

    def test_a_random_model_has_the_vocabulary_and_tokenizer_of_the_named_one(self) -> None:
        file = ModelFile("tiny", Random("gaussian", 5, "donor"), "donor")
        folder = self._models(tiny=file).path("tiny")
        self.assertEqual(11, json.loads((folder / "config.json").read_text())["vocab_size"])
        self.assertTrue((folder / "tokenizer.json").is_file())

    def test_random_weights_of_an_unknown_kind_are_refused(self) -> None:
        file = ModelFile("tiny", Random("odd", 5, "donor"), "donor")
        with self.assertRaisesRegex(ProgramError, "expected weights of .*, got odd"):
            self._models(tiny=file).path("tiny")

    def test_a_chain_of_conversions_is_made_once(self) -> None:
        models = self._models(
            donor=ModelFile("donor", Given("donor"), "donor"),
            first=ModelFile("first", Converted("donor", ("--to", "a"), False), "donor"),
            second=ModelFile("second", Converted("first", ("--to", "b"), True), "donor"),
        )
        with mock.patch.object(programs, "run", self._convert):
            paths = [models.path("second"), models.path("second"), models.path("first")]
        work, data = self.place.work, self.place.data
        self.assertEqual([work / "second.gguf", work / "second.gguf", work / "first"], paths)
        self.assertEqual(
            [
                ["convert", str(data / "donor"), str(work / "first"), "--to", "a"],
                ["convert", str(work / "first"), str(work / "second.gguf"), "--to", "b"],
            ],
            self.commands,
        )

    def test_a_conversion_that_breaks_is_tried_once_and_tells_why_each_time(self) -> None:
        tried = []

        def breaks(*command: str | Path, text: str = "") -> str:
            tried.append(command)
            raise ProgramError("it broke")

        models = self._models(
            donor=ModelFile("donor", Given("donor"), "donor"),
            made=ModelFile("made", Converted("donor", (), False), "donor"),
        )
        with mock.patch.object(programs, "run", breaks):
            for _ in range(2):
                with self.assertRaisesRegex(ProgramError, "made: it broke"):
                    models.path("made")
        self.assertEqual(1, len(tried))

    def test_a_conversion_that_leaves_nothing_is_no_model(self) -> None:
        models = self._models(
            donor=ModelFile("donor", Given("donor"), "donor"),
            made=ModelFile("made", Converted("donor", (), False), "donor"),
        )
        with mock.patch.object(programs, "run", lambda *command, text="": ""):
            with self.assertRaisesRegex(ProgramError, "no such file or folder"):
                models.path("made")


if __name__ == "__main__":
    unittest.main()
