package dev.trilobit.model.file;

import java.util.Arrays;
import java.util.Optional;

/**
 * The element types a safetensors file may hold, named as its header names them. Source:
 * safetensors 0.6, {@code Dtype}.
 */
public enum SafetensorsType implements TensorType {
    /** One byte, 0 or 1. */
    BOOL(8),
    /** Four-bit float. */
    F4(4),
    /** Six-bit float, two bits of exponent. */
    F6_E2M3(6),
    /** Six-bit float, three bits of exponent. */
    F6_E3M2(6),
    /** Unsigned byte. */
    U8(8),
    /** Signed byte. */
    I8(8),
    /** Eight-bit float, five bits of exponent. */
    F8_E5M2(8),
    /** Eight-bit float, four bits of exponent. */
    F8_E4M3(8),
    /** Eight-bit power of two. */
    F8_E8M0(8),
    /** Signed 16-bit integer. */
    I16(16),
    /** Unsigned 16-bit integer. */
    U16(16),
    /** IEEE 754 binary16. */
    F16(16),
    /** bfloat16. */
    BF16(16),
    /** Signed 32-bit integer. */
    I32(32),
    /** Unsigned 32-bit integer. */
    U32(32),
    /** IEEE 754 binary32. */
    F32(32),
    /** Complex number of two binary32. */
    C64(64),
    /** IEEE 754 binary64. */
    F64(64),
    /** Signed 64-bit integer. */
    I64(64),
    /** Unsigned 64-bit integer. */
    U64(64);

    private final int bits;

    SafetensorsType(int bits) {
        this.bits = bits;
    }

    /** Finds a type by its name in a header. */
    static Optional<SafetensorsType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** Returns the bits of one element. */
    public int bits() {
        return bits;
    }

    @Override
    public String label() {
        return name();
    }
}
