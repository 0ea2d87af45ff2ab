package dev.trilobit.model.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** One tensor's entry in a safetensors header, checked by itself. */
sealed interface SafetensorsEntry {
    /**
     * An entry that makes sense.
     *
     * @param begin first byte, from the end of the header
     * @param end byte after the last, from the end of the header
     */
    record Good(SafetensorsType type, List<Long> shape, long begin, long end)
            implements SafetensorsEntry {}

    /** An entry that does not, and why. */
    record Bad(String problem) implements SafetensorsEntry {}

    /** Reads {@code {"dtype": "F16", "shape": [1, 16], "data_offsets": [0, 32]}}. */
    static SafetensorsEntry parse(JsonNode entry) {
        if (!entry.isObject()
                || !Set.copyOf(entry.propertyNames())
                        .equals(Set.of("dtype", "shape", "data_offsets"))) {
            return new Bad("expected {dtype, shape, data_offsets}, got " + entry);
        }
        JsonNode dtype = entry.get("dtype");
        Optional<SafetensorsType> type =
                dtype.isString() ? SafetensorsType.of(dtype.stringValue()) : Optional.empty();
        if (type.isEmpty()) {
            return new Bad(
                    "expected a dtype of %s, got %s"
                            .formatted(List.of(SafetensorsType.values()), dtype));
        }
        Optional<List<Long>> shape = longs(entry.get("shape"));
        if (shape.isEmpty()) {
            return new Bad("expected a shape of extents from 0, got " + entry.get("shape"));
        }
        Optional<List<Long>> offsets = longs(entry.get("data_offsets"));
        if (offsets.isEmpty() || offsets.get().size() != 2) {
            return new Bad(
                    "expected data_offsets [begin, end] from 0, got " + entry.get("data_offsets"));
        }
        return sized(type.get(), shape.get(), offsets.get().get(0), offsets.get().get(1));
    }

    private static SafetensorsEntry sized(
            SafetensorsType type, List<Long> shape, long begin, long end) {
        long bits = type.bits();
        try {
            for (long extent : shape) {
                bits = Math.multiplyExact(bits, extent);
            }
        } catch (ArithmeticException e) {
            return new Bad(
                    "the size of %s must fit 64 bits"
                            .formatted(StoredTensor.layout(type.label(), shape)));
        }
        String layout = StoredTensor.layout(type.label(), shape);
        if (bits % 8 != 0) {
            return new Bad("the %d bits of %s must fill whole bytes".formatted(bits, layout));
        }
        if (end - begin != bits / 8) {
            return new Bad(
                    "%s has %d bytes, got data_offsets [%d, %d], which are %d"
                            .formatted(layout, bits / 8, begin, end, end - begin));
        }
        return new Good(type, shape, begin, end);
    }

    private static Optional<List<Long>> longs(JsonNode array) {
        if (!array.isArray()) {
            return Optional.empty();
        }
        var numbers = new ArrayList<Long>();
        for (JsonNode node : array) {
            if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
                return Optional.empty();
            }
            numbers.add(node.longValue());
        }
        return Optional.of(numbers);
    }
}
