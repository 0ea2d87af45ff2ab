package dev.trilobit.model.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Writes a SentencePiece model as the {@code ModelProto} of sentencepiece_model.proto: what {@link
 * SentencePieceFile} reads of one.
 */
final class SentencePieceBytes {
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FLOAT = 5;
    private static final int BPE = 2;

    /** What sentencepiece says where a model has no such token. */
    private static final int NO_TOKEN = -1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private SentencePieceBytes() {}

    /**
     * Returns the bytes of a {@code tokenizer.model}.
     *
     * @param bos the token that starts a text
     * @param eos the token that ends one
     */
    static byte[] of(SentencePieceModel model, OptionalInt bos, OptionalInt eos) {
        var proto = new SentencePieceBytes();
        PieceTable table = model.table();
        for (int id = 0; id < table.size(); id++) {
            var piece = new SentencePieceBytes();
            piece.bytes(1, table.piece(id).getBytes(StandardCharsets.UTF_8));
            piece.float32(2, table.score(id));
            piece.varint(3, table.kind(id).number());
            proto.bytes(1, piece.out.toByteArray());
        }
        proto.bytes(2, trainer(model, bos, eos));
        var normalizer = new SentencePieceBytes();
        normalizer.bytes(1, "identity".getBytes(StandardCharsets.UTF_8));
        normalizer.bytes(2, model.characters().bytes());
        normalizer.varint(3, model.normalization().spaceInFront() ? 1 : 0);
        normalizer.varint(4, model.normalization().collapseSpaces() ? 1 : 0);
        normalizer.varint(5, model.normalization().escapeSpaces() ? 1 : 0);
        proto.bytes(3, normalizer.out.toByteArray());
        return proto.out.toByteArray();
    }

    private static byte[] trainer(SentencePieceModel model, OptionalInt bos, OptionalInt eos) {
        var trainer = new SentencePieceBytes();
        trainer.varint(3, BPE);
        trainer.varint(4, model.table().size());
        boolean bytes = model.table().first(TokenKind.BYTE).isPresent();
        trainer.varint(35, bytes ? 1 : 0);
        OptionalInt unknown = model.table().first(TokenKind.UNKNOWN);
        trainer.varint(40, unknown.orElse(0));
        trainer.varint(41, bos.orElse(NO_TOKEN));
        trainer.varint(42, eos.orElse(NO_TOKEN));
        return trainer.out.toByteArray();
    }

    private void bytes(int field, byte[] bytes) {
        number(field << 3 | BYTES);
        number(bytes.length);
        out.writeBytes(bytes);
    }

    private void varint(int field, int value) {
        number(field << 3 | VARINT);
        number(value);
    }

    private void float32(int field, float value) {
        number(field << 3 | FLOAT);
        out.writeBytes(
                ByteBuffer.allocate(Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(value)
                        .array());
    }

    /** Negative numbers take ten bytes, as those of 64 bits would. */
    private void number(long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
