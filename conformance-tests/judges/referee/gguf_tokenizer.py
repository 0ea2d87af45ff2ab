"""Gives a GGUF file a tokenizer, for programs that refuse a file without one.

Only the header is written anew. Tensor data is copied as bytes, so that tensor types which a GGUF
library does not know (Q2_0 is 42, I2_S is 36) stay as they are. The format is described in
``docs/gguf.md`` of the ggml project; versions 2 and 3, little-endian.
"""

from __future__ import annotations

import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"GGUF"
_UINT32, _INT32, _STRING, _ARRAY = 4, 5, 8, 9
_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_ALIGNMENT_KEY = "general.alignment"
_DEFAULT_ALIGNMENT = 32
_NORMAL, _CONTROL = 1, 3


@dataclass(frozen=True)
class Header:
    """A GGUF file up to its tensor data; metadata values and tensor entries are raw bytes.

    A metadata value starts with its type. Offsets in tensor entries count from ``data_start``,
    which is a multiple of ``alignment`` bytes.
    """

    version: int
    metadata: dict[str, bytes]
    tensors: int
    tensor_entries: bytes
    data_start: int
    alignment: int


def read_header(stream: BinaryIO) -> Header:
    """Reads a header from the start of a stream.

    Raises:
        ValueError: if it is not a GGUF file of version 2 or 3, or it is cut short.
    """
    magic, version = stream.read(4), _number(stream, "<I")
    if magic != _MAGIC or version not in (2, 3):
        raise ValueError(f"expected GGUF version 2 or 3, got {magic!r} version {version}")
    tensors, keys = _number(stream, "<Q"), _number(stream, "<Q")
    metadata = {}
    for _ in range(keys):
        key = _exactly(stream, _number(stream, "<Q")).decode()
        start = stream.tell()
        _skip_value(stream, _number(stream, "<I"))
        metadata[key] = _again(stream, start)
    start = stream.tell()
    for _ in range(tensors):
        _exactly(stream, _number(stream, "<Q"))
        dimensions = _number(stream, "<I")
        _exactly(stream, 8 * dimensions + 4 + 8)
    entries = _again(stream, start)
    raw = metadata.get(_ALIGNMENT_KEY)
    alignment = _DEFAULT_ALIGNMENT if raw is None else struct.unpack("<II", raw)[1]
    start = _aligned(stream.tell(), alignment)
    return Header(version, metadata, tensors, entries, start, alignment)


def has_tokenizer(path: Path) -> bool:
    """Tells whether a GGUF file brings a tokenizer.

    Raises:
        ValueError: if it is no GGUF file of version 2 or 3, or it is cut short.
    """
    with path.open("rb") as stream:
        return "tokenizer.ggml.tokens" in read_header(stream).metadata


def add_tokenizer(source: Path, target: Path) -> None:
    """Copies ``source`` with a made-up tokenizer of ``vocab_size`` tokens.

    Token ids are all that is compared, so any tokens do: each is a name of its own, the first one
    ends a text, there are no merges.

    Raises:
        ValueError: if the source is no GGUF file or does not say how many tokens it has.
    """
    with source.open("rb") as stream:
        header = read_header(stream)
        architecture = _text(header.metadata, "general.architecture")
        size_key = f"{architecture}.vocab_size"
        if size_key not in header.metadata:
            raise ValueError(f"{source.name}: expected the key {size_key}")
        vocabulary = struct.unpack("<II", header.metadata[size_key])[1]
        metadata = {
            key: value for key, value in header.metadata.items() if not key.startswith("tokenizer.")
        } | _tokenizer(vocabulary)
        out = bytearray(_MAGIC)
        out += struct.pack("<IQQ", header.version, header.tensors, len(metadata))
        for key, value in metadata.items():
            out += _string(key) + value
        out += header.tensor_entries
        out += bytes(_aligned(len(out), header.alignment) - len(out))
        stream.seek(header.data_start)
        with target.open("wb") as copy:
            copy.write(out)
            shutil.copyfileobj(stream, copy)


def _tokenizer(vocabulary: int) -> dict[str, bytes]:
    names = b"".join(_string(f"token{index}") for index in range(vocabulary))
    types = [_CONTROL] + [_NORMAL] * (vocabulary - 1)
    return {
        "tokenizer.ggml.model": struct.pack("<I", _STRING) + _string("gpt2"),
        "tokenizer.ggml.pre": struct.pack("<I", _STRING) + _string("gpt-2"),
        "tokenizer.ggml.tokens": struct.pack("<IIQ", _ARRAY, _STRING, vocabulary) + names,
        "tokenizer.ggml.token_type": struct.pack(
            f"<IIQ{vocabulary}i", _ARRAY, _INT32, vocabulary, *types
        ),
        "tokenizer.ggml.merges": struct.pack("<IIQ", _ARRAY, _STRING, 0),
        "tokenizer.ggml.bos_token_id": struct.pack("<II", _UINT32, 0),
        "tokenizer.ggml.eos_token_id": struct.pack("<II", _UINT32, 0),
    }


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _text(metadata: dict[str, bytes], key: str) -> str:
    if key not in metadata:
        raise ValueError(f"expected the key {key}")
    return metadata[key][12:].decode()


def _aligned(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment


def _exactly(stream: BinaryIO, size: int) -> bytes:
    raw = stream.read(size)
    if len(raw) != size:
        raise ValueError(
            f"expected {size} bytes at byte {stream.tell() - len(raw)}, got {len(raw)}"
        )
    return raw


def _number(stream: BinaryIO, form: str) -> int:
    return struct.unpack(form, _exactly(stream, struct.calcsize(form)))[0]


def _again(stream: BinaryIO, start: int) -> bytes:
    """Returns the bytes from ``start`` up to here, and stays here."""
    size = stream.tell() - start
    stream.seek(start)
    return _exactly(stream, size)


def _skip_value(stream: BinaryIO, kind: int) -> None:
    if kind == _STRING:
        _exactly(stream, _number(stream, "<Q"))
    elif kind == _ARRAY:
        element, count = _number(stream, "<I"), _number(stream, "<Q")
        if element in _SCALAR_BYTES:
            _exactly(stream, _SCALAR_BYTES[element] * count)
        else:
            for _ in range(count):
                _skip_value(stream, element)
    elif kind in _SCALAR_BYTES:
        _exactly(stream, _SCALAR_BYTES[kind])
    else:
        raise ValueError(f"unknown type {kind} of a metadata value at byte {stream.tell() - 4}")
