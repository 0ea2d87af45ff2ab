"""Records a GGUF file that the Python package of llama.cpp's project wrote, for WrittenGgufTest.

    pip install numpy==2.4.6 gguf==0.19.0
    python record_gguf.py .

Writes `whole.gguf`, with a key of every type and tensors of several, and the same tensors as the
split model `split-00001-of-00003.gguf` and so on, and the numbers of the quantized ones as the
package reads them, NAME.f32.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quants


def keys(writer):
    writer.add_string("text", "Grüße")
    writer.add_bool("flag", True)
    writer.add_uint8("uint8", 255)
    writer.add_int8("int8", -128)
    writer.add_uint16("uint16", 65535)
    writer.add_int16("int16", -32768)
    writer.add_uint32("uint32", 4294967295)
    writer.add_int32("int32", -2147483648)
    writer.add_uint64("uint64", 9223372036854775807)
    writer.add_int64("int64", -9223372036854775808)
    writer.add_float32("float32", 0.1)
    writer.add_float64("float64", 0.1)
    writer.add_array("strings", ["a", "", "ß"])
    writer.add_array("integers", [1, -2, 3])
    writer.add_array("numbers", [0.5, -2.0])
    writer.add_array("flags", [True, False])


def quantized():
    rows = (np.arange(6 * 256, dtype=np.float32).reshape(6, 256) - 700) / 64
    for name in ("Q8_0", "TQ1_0", "TQ2_0"):
        kind = GGMLQuantizationType[name]
        yield name.lower(), kind, quants.quantize(rows, kind)


def tensors(writer):
    rows = np.arange(18, dtype=np.float32).reshape(6, 3)
    writer.add_tensor("plain", rows)
    writer.add_tensor("half", rows[:, 0].astype(np.float16))
    for name, kind, data in quantized():
        writer.add_tensor(name, data, raw_dtype=kind)


def write(writer):
    keys(writer)
    tensors(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    folder = Path(sys.argv[1])
    for name, kind, data in quantized():
        (folder / f"{name}.f32").write_bytes(quants.dequantize(data, kind).tobytes())
    whole = GGUFWriter(folder / "whole.gguf", "test")
    whole.add_custom_alignment(64)
    write(whole)
    write(GGUFWriter(folder / "split.gguf", "test", split_max_tensors=2))


if __name__ == "__main__":
    main()
