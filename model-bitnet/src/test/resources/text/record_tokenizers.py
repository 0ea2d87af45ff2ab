"""Makes the tiny tokenizers of these tests and records what Hugging Face's library does with them.

    python -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python record_tokenizers.py

Writes, next to this file, for each kind: <kind>.json (a tokenizer.json) and <kind>-recorded.json
(texts with ids, ids with text). The training text is the list below, written for this purpose.

byte-level   a Llama-3-like pre-tokenizer, byte-level BPE, special tokens in Llama-3 and ChatML
             spelling, ordinary added tokens, stripping and single-word ones between them
byte-fallback  SentencePiece-like BPE: U+2581 for a space, bytes as <0xE2>
"""

import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent

TRAINING = [
    "The small trilobite crawled over the warm sea floor and looked for something to eat.",
    "User: Hello! How are you today? Assistant: I am fine, thank you for asking.",
    "It's 1234 steps, isn't it? They'll say we've been here, and I'd agree.",
    "system user assistant start end header message content role text turn",
    "one two three four five six seven eight nine ten eleven twelve",
    "def main(args): return [x * 2 for x in args if x > 0]  # a comment\n\n\treturn None\n",
    "Grüße aus Köln, déjà vu, naïve façade; наука и жизнь; 你好世界; 🦐🚀",
] * 4

TEXTS = [
    "",
    " ",
    "   ",
    "\n\n \n",
    "\t tab",
    "Hello",
    " Hello world",
    "Hello, how are you today?",
    "User: Hello! Assistant: I am fine",
    "It's 12345 steps, isn't it? THEY'LL say",
    "Grüße aus Köln, déjà vu",
    "наука 你好世界 🦐🚀 👩‍👩‍👧 e\u0301",
    "a\u0000b\u007f",
    "  two  spaces   three",
    "trailing spaces   ",
    "line\r\nline\rline\n\n\nline",
    "return [x * 2 for x in args]",
    "<think>plain</think> text <think>",
    "a <think> b",
    "x<mark>y <mark> z<mark>",
    "the word stop, stopping, (stop) nonstop stop",
    "pads: a  <lpad>  b  <rpad>  c",
    "\u2581 lower block",
]

SPECIAL_TEXTS = [
    "<|begin_of_text|>Hello<|eot_id|>",
    "<|im_start|>system\nYou are<|im_end|>",
    "<s>a</s>",
]

SPECIALS = [
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
]


def byte_level():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(
                Regex(
                    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
                    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
                ),
                behavior="isolated",
            ),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING, trainer)
    added = [AddedToken(s, special=True, normalized=False) for s in SPECIALS[:4]]
    added += [AddedToken(s, special=False, normalized=False) for s in ("<think>", "</think>")]
    added += [AddedToken(s, special=True, normalized=False) for s in SPECIALS[4:]]
    added += [
        AddedToken("<mark>", special=False, normalized=True),
        AddedToken("stop", special=False, normalized=False, single_word=True),
        AddedToken("<lpad>", special=False, normalized=False, lstrip=True),
        AddedToken("<rpad>", special=False, normalized=False, rstrip=True),
    ]
    for token in added:
        (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    bos = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", bos)]
    )
    # The readers must switch both off: they cut and fill what they encode.
    tokenizer.enable_truncation(5)
    tokenizer.enable_padding(length=9, pad_id=bos, pad_token="<|begin_of_text|>")
    return tokenizer


def byte_fallback():
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("\u2581", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    ascii_only = [t for line in TRAINING for t in line.split() if t.isascii()]
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)],
        show_progress=False,
    )
    tokenizer.train_from_iterator(ascii_only, trainer)
    spec = json.loads(tokenizer.to_str())
    spec["added_tokens"] = [t for t in spec["added_tokens"] if not t["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(spec))


def record(kind, tokenizer):
    spec = json.loads(tokenizer.to_str())
    (HERE / f"{kind}.json").write_text(
        json.dumps(spec, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # strings of special tokens stay text
    encoded = []
    for text in TEXTS + SPECIAL_TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        encoded.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids)})
    tokenizer.encode_special_tokens = False
    decoded = []
    for text in SPECIAL_TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        decoded.append({"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    (HERE / f"{kind}-recorded.json").write_text(
        json.dumps(
            {
                "vocabularySize": tokenizer.get_vocab_size(with_added_tokens=True),
                "encoded": encoded,
                "specials": decoded,
            },
            ensure_ascii=True,
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )


record("byte-level", byte_level())
record("byte-fallback", byte_fallback())
