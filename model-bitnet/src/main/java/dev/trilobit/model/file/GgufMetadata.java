package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The key-value pairs of a GGUF file, or of one to be written. Values stay where they are mapped
 * until they are asked for. Every accessor throws {@link ModelFormatException}, naming file, key,
 * byte offset, what was expected and what came, if the key has a value of another kind; a key that
 * is absent is an empty answer.
 */
public final class GgufMetadata {
    /** Arrays of the JDK are a little shorter than the largest int. */
    private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8L;

    private final String label;
    private final Map<String, MetadataValue> values;

    GgufMetadata(String label, Map<String, MetadataValue> values) {
        this.label = label;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Starts metadata that are made in memory.
     *
     * @param label for messages
     */
    public static GgufMetadataBuilder builder(String label) {
        return new GgufMetadataBuilder(label);
    }

    /** Returns the file, for messages. */
    public String label() {
        return label;
    }

    /** Returns all keys, in the order of the file. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** Returns whether there is a value of any type. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** Returns whether there is a value and it is an array. */
    public boolean isArray(String key) {
        return find(key).map(value -> value.type() == MetadataType.ARRAY).orElse(false);
    }

    /** Returns the type of a value; of an array {@link MetadataType#ARRAY}. */
    public Optional<MetadataType> type(String key) {
        return find(key).map(MetadataValue::type);
    }

    /** Returns the type of an array's elements; empty if there is no such key or no array. */
    public Optional<MetadataType> elementType(String key) {
        return find(key)
                .filter(value -> value.type() == MetadataType.ARRAY)
                .map(MetadataValue::elementType);
    }

    /** Returns the number of an array's elements; empty if there is no such key or no array. */
    public OptionalLong length(String key) {
        return isArray(key)
                ? OptionalLong.of(find(key).orElseThrow().count())
                : OptionalLong.empty();
    }

    /** Returns the type of a value, such as {@code uint32} or {@code array of 3 string}. */
    public Optional<String> typeLabel(String key) {
        return find(key).map(MetadataValue::label);
    }

    /** Returns a string. */
    public Optional<String> string(String key) {
        Optional<MetadataValue> value = find(key);
        if (value.isPresent() && value.get().type() != MetadataType.STRING) {
            throw wrong(key, value.get(), "a string");
        }
        return value.map(found -> stringAt(key, found, 0));
    }

    /** Returns an integer of any width. */
    public OptionalLong integer(String key) {
        Optional<MetadataValue> value = find(key);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!value.get().type().isInteger()) {
            throw wrong(key, value.get(), "an integer");
        }
        return OptionalLong.of(integerAt(key, value.get(), value.get().type(), 0));
    }

    /** Returns a float or an integer of any width. */
    public OptionalDouble number(String key) {
        Optional<MetadataValue> value = find(key);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        MetadataType type = value.get().type();
        if (type.isFloat()) {
            return OptionalDouble.of(value.get().numberAt(type, 0));
        }
        if (type.isInteger()) {
            return OptionalDouble.of((double) integerAt(key, value.get(), type, 0));
        }
        throw wrong(key, value.get(), "a number");
    }

    /** Returns a flag. */
    public Optional<Boolean> flag(String key) {
        Optional<MetadataValue> value = find(key);
        if (value.isPresent() && value.get().type() != MetadataType.BOOL) {
            throw wrong(key, value.get(), "a bool");
        }
        return value.map(found -> integerAt(key, found, MetadataType.BOOL, 0) == 1);
    }

    /** Returns an array of strings; none if the key is absent. */
    public List<String> strings(String key) {
        Optional<MetadataValue> found = array(key, "an array of strings");
        if (found.isEmpty()) {
            return List.of();
        }
        MetadataValue value = found.get();
        int count = requireLength(key, value);
        if (count > 0 && value.elementType() != MetadataType.STRING) {
            throw wrong(key, value, "an array of strings");
        }
        var strings = new ArrayList<String>(count);
        long offset = MetadataValue.ARRAY_HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            strings.add(stringAt(key, value, offset));
            offset += Long.BYTES + value.lengthAt(offset);
        }
        return Collections.unmodifiableList(strings);
    }

    /**
     * Returns an array of integers of any width that fit an int, or of flags as 0 and 1; none if
     * the key is absent.
     */
    public int[] integers(String key) {
        Optional<MetadataValue> found = array(key, "an array of integers");
        if (found.isEmpty()) {
            return new int[0];
        }
        MetadataValue value = found.get();
        int[] integers = new int[requireLength(key, value)];
        MetadataType type = value.elementType();
        if (integers.length > 0 && !type.isInteger() && type != MetadataType.BOOL) {
            throw wrong(key, value, "an array of integers");
        }
        for (int i = 0; i < integers.length; i++) {
            long offset = MetadataValue.ARRAY_HEADER_BYTES + (long) i * type.leastBytes();
            long integer = integerAt(key, value, type, offset);
            if (integer != (int) integer) {
                throw bad(key, value, "expected integers of 32 bits, got %d".formatted(integer));
            }
            integers[i] = (int) integer;
        }
        return integers;
    }

    /**
     * Returns the bytes of an array of uint8 or int8 where they are mapped; none if the key is
     * absent.
     */
    public MemorySegment bytes(String key) {
        Optional<MetadataValue> found = array(key, "an array of bytes");
        if (found.isEmpty()) {
            return MemorySegment.NULL;
        }
        MetadataValue value = found.get();
        MetadataType type = value.elementType();
        if (value.count() > 0 && type != MetadataType.UINT8 && type != MetadataType.INT8) {
            throw wrong(key, value, "an array of bytes");
        }
        return value.bytes().asSlice(MetadataValue.ARRAY_HEADER_BYTES, value.count());
    }

    /**
     * Returns an array of floats or integers of any width, rounded to floats; none if the key is
     * absent.
     */
    public float[] numbers(String key) {
        Optional<MetadataValue> found = array(key, "an array of numbers");
        if (found.isEmpty()) {
            return new float[0];
        }
        MetadataValue value = found.get();
        float[] numbers = new float[requireLength(key, value)];
        MetadataType type = value.elementType();
        if (numbers.length > 0 && !type.isInteger() && !type.isFloat()) {
            throw wrong(key, value, "an array of numbers");
        }
        for (int i = 0; i < numbers.length; i++) {
            long offset = MetadataValue.ARRAY_HEADER_BYTES + (long) i * type.leastBytes();
            numbers[i] =
                    type.isFloat()
                            ? (float) value.numberAt(type, offset)
                            : integerAt(key, value, type, offset);
        }
        return numbers;
    }

    /** Returns all values as they are stored, in the order of the file. */
    Map<String, MetadataValue> values() {
        return values;
    }

    private Optional<MetadataValue> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    private Optional<MetadataValue> array(String key, String expected) {
        Optional<MetadataValue> value = find(key);
        if (value.isPresent() && value.get().type() != MetadataType.ARRAY) {
            throw wrong(key, value.get(), expected);
        }
        return value;
    }

    private int requireLength(String key, MetadataValue value) {
        if (value.count() > LONGEST_ARRAY) {
            throw bad(
                    key,
                    value,
                    "expected at most %d elements, got %d".formatted(LONGEST_ARRAY, value.count()));
        }
        return (int) value.count();
    }

    private long integerAt(String key, MetadataValue value, MetadataType type, long offset) {
        long integer = value.integerAt(type, offset);
        if (type == MetadataType.UINT64 && integer < 0) {
            throw bad(
                    key,
                    value,
                    "expected an integer below 2^63, got " + Long.toUnsignedString(integer));
        }
        if (type == MetadataType.BOOL && integer > 1) {
            throw bad(key, value, "expected a bool, 0 or 1, got " + integer);
        }
        return integer;
    }

    private String stringAt(String key, MetadataValue value, long offset) {
        long length = value.lengthAt(offset);
        if (length > LONGEST_ARRAY) {
            throw bad(
                    key,
                    value,
                    "expected a string of at most %d bytes, got %d"
                            .formatted(LONGEST_ARRAY, length));
        }
        MemorySegment slice = value.bytes().asSlice(offset + Long.BYTES, length);
        byte[] utf8 = slice.toArray(ValueLayout.JAVA_BYTE);
        var text = new String(utf8, StandardCharsets.UTF_8);
        // Bytes that are no UTF-8 become this character; so does the character itself.
        if (text.indexOf('\ufffd') >= 0
                && !Arrays.equals(utf8, text.getBytes(StandardCharsets.UTF_8))) {
            throw bad(
                    key,
                    value,
                    "expected UTF-8, got other bytes at byte %d of it".formatted(offset));
        }
        return text;
    }

    private ModelFormatException wrong(String key, MetadataValue value, String expected) {
        return bad(key, value, "expected %s, got %s".formatted(expected, value.label()));
    }

    private ModelFormatException bad(String key, MetadataValue value, String problem) {
        String place =
                value.byteOffset() == MetadataValue.NOT_IN_A_FILE
                        ? ""
                        : " at byte " + value.byteOffset();
        return new ModelFormatException(label, "key %s%s: %s".formatted(key, place, problem));
    }
}
