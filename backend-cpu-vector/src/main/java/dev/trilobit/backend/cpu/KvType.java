package dev.trilobit.backend.cpu;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a session keeps keys and values. */
enum KvType {
    /** As they come: 4 bytes an element. */
    F32,

    /** Half precision under one power of two a head and position: 2 bytes an element. */
    F16,

    /** Whole numbers to 127 under one scale a head and position: 1 byte an element. */
    INT8;

    /** How numbers of this type lie in memory. */
    KvCodec codec() {
        return switch (this) {
            case F32 -> new KvFloat32();
            case F16 -> new KvFloat16();
            case INT8 -> new KvInt8();
        };
    }

    /** The name that options use. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds a type by its label. */
    static Optional<KvType> labelled(String label) {
        return Arrays.stream(values()).filter(type -> type.label().equals(label)).findFirst();
    }

    /** All labels, for messages. */
    static String labels() {
        return Arrays.stream(values()).map(KvType::label).collect(Collectors.joining(", "));
    }
}
