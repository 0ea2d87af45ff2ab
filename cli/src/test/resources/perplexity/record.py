"""Records what Hugging Face transformers thinks of stories.txt: goldens.tsv, beside this file.

Counts as llama.cpp's perplexity tool does (tools/perplexity/perplexity.cpp): the whole text is
encoded at once, the start token in front; chunks of the context's length start with the start
token in place of their own first one; of each chunk the second half is scored. With a stride:
overlapping windows, the last `stride` tokens of each are scored.

Needs: pip install torch==2.10.0 transformers==5.17.0 accelerate numpy, and the folders of the
embedded models as they are in model-embedded. The binary model has MLX's layout, which transformers
does not open: its weights are decoded here.
"""
import json
import pathlib
import sys

import numpy
import torch
import transformers
from safetensors import safe_open
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, Qwen3Config, Qwen3ForCausalLM

HERE = pathlib.Path(__file__).parent
START = 0
# model, chunk, stride (0: chunks)
CASES = [("bitnet", 512, 0), ("bitnet", 128, 0), ("bitnet", 256, 128),
         ("binary", 512, 0), ("binary", 128, 0), ("binary", 256, 128)]


def bitnet(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def binary(folder):
    """MLX affine groups: w = scale * bit + bias; 32 bits a word, the first in the lowest."""
    config = json.loads((folder / "config.json").read_text())
    group = config.pop("quantization")["group_size"]
    tensors = {}
    with safe_open(folder / "model.safetensors", "np") as file:
        names = set(file.keys())
        for name in names:
            if name.endswith((".scales", ".biases")):
                continue
            values = file.get_tensor(name)
            base = name.removesuffix(".weight")
            if base + ".scales" in names:
                bits = (values[:, :, None] >> numpy.arange(32, dtype=numpy.uint32)) & 1
                bits = bits.reshape(values.shape[0], -1, group).astype(numpy.float32)
                scale = file.get_tensor(base + ".scales").astype(numpy.float32)[:, :, None]
                bias = file.get_tensor(base + ".biases").astype(numpy.float32)[:, :, None]
                values = (bits * scale + bias).reshape(values.shape[0], -1)
            tensors[name] = torch.from_numpy(values.astype(numpy.float32))
    config.pop("torch_dtype")
    model = Qwen3ForCausalLM(Qwen3Config(**config)).float()
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    model.tie_weights()
    return model


def chunks(ids, chunk, stride):
    """Yields token ids and the position of the first one that is scored."""
    if stride:
        for start in range(0, len(ids) - chunk, stride):
            yield ids[start:start + chunk], chunk - stride
    else:
        for start in range(0, len(ids) - chunk + 1, chunk):
            yield [START] + ids[start + 1:start + chunk], chunk // 2 + 1


def losses(model, ids, chunk, stride):
    for tokens, first in chunks(ids, chunk, stride):
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0].double()
        scores = torch.log_softmax(logits, -1)
        for at in range(first, len(tokens)):
            yield -float(scores[at - 1, tokens[at]])


if len(sys.argv) != 3:
    sys.exit("usage: record.py FOLDER_OF_BITNET FOLDER_OF_BINARY (config.json, model.safetensors, tokenizer.json)")
folders = dict(bitnet=pathlib.Path(sys.argv[1]), binary=pathlib.Path(sys.argv[2]))
tokenizer = Tokenizer.from_file(str(folders["bitnet"] / "tokenizer.json"))
text = (HERE / "stories.txt").read_bytes().decode()
ids = [START] + tokenizer.encode(text, add_special_tokens=False).ids
models = dict(bitnet=bitnet(folders["bitnet"]).eval(), binary=binary(folders["binary"]).eval())
with open(HERE / "goldens.tsv", "w") as out:
    out.write(f"# transformers {transformers.__version__}, torch {torch.__version__}, float32, "
              f"{len(ids)} tokens\n")
    out.write("# model\tchunk\tstride\tscored\tperplexity\tstandard error\n")
    for name, chunk, stride in CASES:
        nll = numpy.array(list(losses(models[name], ids, chunk, stride)))
        value = numpy.exp(nll.mean())
        error = value * numpy.sqrt(nll.var() / (len(nll) - 1))
        out.write(f"{name}\t{chunk}\t{stride}\t{len(nll)}\t{float(value)!r}\t{float(error)!r}\n")
        out.flush()
