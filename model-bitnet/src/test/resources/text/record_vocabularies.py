"""Makes the tiny vocabularies of the GGUF and SentencePiece tests and records what others do.

    python -m venv venv && venv/bin/pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    venv/bin/python record_vocabularies.py

Writes, next to this file:

bpe-<pre>.json        byte-level BPE as a GGUF file holds it (tokens, types, merges) with the ids
                      that Hugging Face's library gives; <pre> is tokenizer.ggml.pre. The library
                      gets the pre-tokenizer in the form of the models' own tokenizer.json: GPT-2's
                      built-in one, Digits for SmolLM; for falcon3 and default, which llama.cpp
                      defines, its expressions.
spm-<kind>.model      a SentencePiece model of byte-pair encoding
spm-<kind>.json       ids and decoded texts of the sentencepiece library
    llama    as Llama 2: bytes for what is missing, digits apart, a space in front, no collapsing;
             symbols of users (one of them with a space) and a control symbol
    plain    no space in front, spaces collapsed, unknown characters are <unk>, own replacements
    unused   as llama with pieces marked unused

Texts with unpaired surrogates are encoded with U+FFFD in their place, as a JVM string may hold them
and UTF-8 may not. The training text is the list below, written for this purpose.
"""

import json
import pathlib
import random
import tempfile

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)

TRAINING = [
    "The small trilobite crawled over the warm sea floor and looked for something to eat.",
    "User: Hello! How are you today? Assistant: I am fine, thank you for asking.",
    "It's 1234 steps, isn't it? They'll say we've been here, and I'd agree. I'm sure you're right.",
    "IT'S LOUD HERE, ISN'T IT? THEY'LL SAY WE'VE BEEN HERE.",
    "one two three four five six seven eight nine ten 10 100 1000 2024 12345 3.14159",
    "def main(args):\n    return [x * 2 for x in args if x > 0]  # a comment\n\n\treturn None\n",
    "Grüße aus Köln, déjà vu, naïve façade; наука и жизнь; 你好世界; مرحبا بالعالم; 🦐🚀",
    "the cat sat on the mat; the dog sat on the log; these things, those thoughts",
] * 6

TEXTS = [
    "",
    " ",
    "  ",
    "   \n   ",
    "\n",
    "\n\n\n a\n \n",
    "\t",
    "\t\ttabs\t and \t spaces",
    "Hello",
    " Hello",
    "  Hello  world  ",
    "Hello, how are you today?",
    "trailing space ",
    "trailing spaces    ",
    "line\r\nline\rline\n\n\nline\r\n",
    "1 12 123 1234 12345 123456 1234567",
    "a1b22c333 4444x55555",
    "3.14159 1,000,000 -42 +7 1e-5 0x1F",
    "٠١٢٣ ²³ ½ Ⅷ ১২৩ １２３",
    "It's isn't they'll we've I'd I'm you're",
    "IT'S ISN'T THEY'LL WE'VE I'D I'M YOU'RE",
    "It’s isn’t 'tis ' 'quoted' ''s '",
    "Grüße aus Köln, déjà vu, naïve façade",
    "e\u0301 n\u0303 a\u0308 Å \u212b ﬁ ﬂ",
    "наука и жизнь",
    "你好世界，很高兴。こんにちは 안녕하세요",
    "مرحبا بالعالم ١٢٣",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "🦐🚀👩‍👩‍👧 👍🏽 🇩🇪 ❤️",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈",
    "nbsp\u00a0thin\u2009ideographic\u3000zero\u200bwidth\u2028line",
    "a\u0000b\u0001c\u007f\u0085",
    "!!! ... ??? ;;; ((())) [[]] {{}} <<>> $$$ +++ === ~~~ ^^^ |||",
    "return [x * 2 for x in args]  # comment",
    "if (a<b && c>d) { x[i] += 1; }",
    "https://example.org/a?b=c&d=e#f",
    "snake_case camelCase kebab-case UPPER",
    "<|endoftext|><|im_start|>system\nobey<|im_end|>",
    "<s>a</s><unk><pad><0x41>",
    "a<mark>b <mark> c<mark><mark>",
    "two words apart, two  words apart",
    "\u2581 lower \u2581\u2581 blocks\u2581",
    "these thoughts of the cat that sat there",
    "x" * 70,
    " ".join(["the"] * 40),
    "a" + " " * 33 + "b",
    "unpaired \ud83e low \udd90 both \udd90\ud83e end\ud83e",
    "mixed Ünï 12ab😀 кот7 猫3cats",
]

GPT2_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
LLAMA3_WORDS = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|"
    r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2_WORDS = LLAMA3_WORDS.replace(r"\p{N}{1,3}", r"\p{N}")


def isolated(expression):
    return pre_tokenizers.Split(Regex(expression), behavior="isolated")


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


PRE_TOKENIZERS = {
    "gpt-2": [byte_level(True)],
    "smollm": [pre_tokenizers.Digits(individual_digits=True), byte_level(True)],
    "falcon3": [isolated(LLAMA3_WORDS), byte_level(False)],
    "qwen2": [isolated(QWEN2_WORDS), byte_level(False)],
    "default": [
        isolated(r"[\p{P}\$\+<=>\^~\|]+"),
        isolated(GPT2_WORDS),
        isolated(r"\p{N}+"),
        isolated(r"[0-9][0-9][0-9]"),
        byte_level(False),
    ],
}
CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def replaced(text):
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def encodings(encode, decode):
    rows = []
    for text in TEXTS:
        ids = encode(replaced(text))
        rows.append({"text": text, "ids": ids, "decoded": decode(ids)})
    return rows


def bpe(pre):
    tokenizer = Tokenizer(models.BPE(ignore_merges=pre == "falcon3"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(PRE_TOKENIZERS[pre])
    if pre == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    trainer = trainers.BpeTrainer(
        vocab_size=460,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING, trainer)
    spec = json.loads(tokenizer.to_str())
    if pre == "falcon3":
        # Pieces that no merge makes: only a whole word can become them.
        whole = ["Ġsomething", "Hello", "Ġ123", "ĠÃ"]
        vocab = spec["model"]["vocab"]
        for piece in whole:
            vocab.setdefault(piece, len(vocab))
        made = {"Ġsomething", "Hello"}
        spec["model"]["merges"] = [m for m in spec["model"]["merges"] if "".join(m) not in made]
        tokenizer = Tokenizer.from_str(json.dumps(spec))
    pieces = tokenizer.get_vocab_size(with_added_tokens=False)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in CONTROLS])
    tokenizer.add_tokens([AddedToken("<mark>", normalized=False)])
    tokenizer.encode_special_tokens = True
    names = tokenizer.get_vocab(with_added_tokens=True)
    tokens = [t for t, _ in sorted(names.items(), key=lambda entry: entry[1])]
    types = [NORMAL] * pieces + [CONTROL] * len(CONTROLS) + [USER_DEFINED]
    padding = [f"[PAD{i}]" for i in range(len(tokens), len(tokens) + 3)]
    alphabet = {c: b for b, c in byte_alphabet().items()}

    def encode(text):
        return tokenizer.encode(text, add_special_tokens=False).ids

    def decode(ids):
        whole = {i: t for i, t in enumerate(tokens) if types[i] != NORMAL}
        data = b"".join(
            whole[i].encode() if i in whole else bytes(alphabet[c] for c in tokens[i]) for i in ids
        )
        return data.decode("utf-8")

    write(
        f"bpe-{pre}.json",
        {
            "pre": pre,
            "tokens": tokens + padding,
            "types": types + [UNUSED] * len(padding),
            "merges": [" ".join(m) for m in json.loads(tokenizer.to_str())["model"]["merges"]],
            "encoded": encodings(encode, decode),
        },
    )


def byte_alphabet():
    """GPT-2's bytes_to_unicode."""
    kept = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    alphabet = {b: chr(b) for b in kept}
    for b in range(256):
        if b not in alphabet:
            alphabet[b] = chr(0x100 + len(alphabet) - len(kept))
    return alphabet


RULES = {
    "ﬁ": "fi",
    "ﬂ": "fl",
    "e\u0301": "é",
    "\u00a0": " ",
    "\u3000": " ",
    "\t": " ",
    "\u200b": "",
    "…": "...",
    "½": " 1/2 ",
    **{chr(0xFF10 + d): str(d) for d in range(10)},
}


def sentencepiece(kind):
    options = {
        "model_type": "bpe",
        "vocab_size": 470,
        "character_coverage": 0.98,
        "byte_fallback": True,
        "split_digits": True,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "allow_whitespace_only_pieces": True,
        "max_sentence_length": 10_000,
        "user_defined_symbols": ["<mark>", "two words", "<|im_start|>", "words apart"],
        "control_symbols": ["<ctl>"],
        "num_threads": 1,
        "minloglevel": 2,
    }
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if kind == "plain":
            table = folder / "rules.tsv"
            table.write_text(
                "".join(
                    " ".join(f"{ord(c):X}" for c in a)
                    + "\t"
                    + " ".join(f"{ord(c):X}" for c in b)
                    + "\n"
                    for a, b in RULES.items()
                ),
                encoding="utf-8",
            )
            for name in ("normalization_rule_name", "byte_fallback", "control_symbols"):
                del options[name]
            options.update(
                vocab_size=260,
                normalization_rule_tsv=str(table),
                remove_extra_whitespaces=True,
                add_dummy_prefix=False,
                split_digits=False,
                user_defined_symbols=["<mark>", "\t\t"],
            )
        prefix = folder / "model"
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(TRAINING), model_prefix=str(prefix), **options
        )
        model = proto.ModelProto()
        model.ParseFromString(prefix.with_suffix(".model").read_bytes())
    # Paths of this run and nothing that matters.
    for field in ("input", "model_prefix"):
        model.trainer_spec.ClearField(field)
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    if kind == "unused":
        normal = [p for p in model.pieces if p.type == NORMAL and len(p.piece) > 1]
        for piece in random.Random(3).sample(normal, 60):
            piece.type = UNUSED
    data = model.SerializeToString()
    (HERE / f"spm-{kind}.model").write_bytes(data)
    processor = spm.SentencePieceProcessor(model_proto=data)
    write(
        f"spm-{kind}.json",
        {
            "size": processor.get_piece_size(),
            "bos": processor.bos_id(),
            "eos": processor.eos_id(),
            "unk": processor.unk_id(),
            "encoded": encodings(processor.encode, processor.decode),
        },
    )


def write(name, content):
    (HERE / name).write_text(
        json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="utf-8"
    )


for name in PRE_TOKENIZERS:
    bpe(name)
for name in ("llama", "plain", "unused"):
    sentencepiece(name)
