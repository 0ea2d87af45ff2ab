package dev.trilobit.model.layout;

import java.util.List;

/**
 * Where the codes of a block lie. In the API they are a run of bits, of two bits the first in the
 * low ones of a byte.
 */
sealed interface BlockCodes {
    /** Moves the codes of the block at {@code block} of {@code from} to {@code to}. */
    void decode(byte[] from, int block, byte[] codes, int to);

    /** Moves codes to the block at {@code block} of {@code target}. */
    void encode(byte[] codes, int from, byte[] target, int block);

    /** Returns the bytes of the codes in the API. */
    int codeBytes();

    /**
     * They lie as in the API.
     *
     * @param at first byte in the block
     * @param codeBytes how many
     */
    record Alike(int at, int codeBytes) implements BlockCodes {
        @Override
        public void decode(byte[] from, int block, byte[] codes, int to) {
            System.arraycopy(from, block + at, codes, to, codeBytes);
        }

        @Override
        public void encode(byte[] codes, int from, byte[] target, int block) {
            System.arraycopy(codes, from, target, block + at, codeBytes);
        }
    }

    /**
     * One after another, each in a layout of its own.
     *
     * @param stages in the order of the codes
     */
    record Staged(List<BlockCodes> stages) implements BlockCodes {
        public Staged {
            stages = List.copyOf(stages);
        }

        @Override
        public void decode(byte[] from, int block, byte[] codes, int to) {
            int position = to;
            for (int i = 0; i < stages.size(); i++) {
                stages.get(i).decode(from, block, codes, position);
                position += stages.get(i).codeBytes();
            }
        }

        @Override
        public void encode(byte[] codes, int from, byte[] target, int block) {
            int position = from;
            for (int i = 0; i < stages.size(); i++) {
                stages.get(i).encode(codes, position, target, block);
                position += stages.get(i).codeBytes();
            }
        }

        @Override
        public int codeBytes() {
            return stages.stream().mapToInt(BlockCodes::codeBytes).sum();
        }
    }

    /**
     * Byte m holds the codes {@code bytes * n + m}, n from 0.
     *
     * @param at first byte in the block
     * @param bytes a multiple of 4
     * @param count codes of a byte that are used, 4 or 5
     * @param digits how it holds them
     */
    record Strided(int at, int bytes, int count, Digits digits) implements BlockCodes {
        @Override
        public void decode(byte[] from, int block, byte[] codes, int to) {
            int quarter = bytes / 4;
            int i = block + at;
            for (int position = to; position < to + quarter; position++, i += 4) {
                long spread =
                        digits.spread(from[i])
                                | digits.spread(from[i + 1]) << 2
                                | digits.spread(from[i + 2]) << 4
                                | digits.spread(from[i + 3]) << 6;
                codes[position] = (byte) spread;
                codes[position + quarter] = (byte) (spread >>> 8);
                codes[position + 2 * quarter] = (byte) (spread >>> 16);
                codes[position + 3 * quarter] = (byte) (spread >>> 24);
                if (count == 5) {
                    codes[position + 4 * quarter] = (byte) (spread >>> 32);
                }
            }
        }

        @Override
        public void encode(byte[] codes, int from, byte[] target, int block) {
            int quarter = bytes / 4;
            int i = block + at;
            for (int position = from; position < from + quarter; position++, i += 4) {
                int sum =
                        digits.part(0, codes[position])
                                + digits.part(1, codes[position + quarter])
                                + digits.part(2, codes[position + 2 * quarter])
                                + digits.part(3, codes[position + 3 * quarter]);
                if (count == 5) {
                    sum += digits.part(4, codes[position + 4 * quarter]);
                }
                target[i] = digits.close(sum);
                target[i + 1] = digits.close(sum >>> 8);
                target[i + 2] = digits.close(sum >>> 16);
                target[i + 3] = digits.close(sum >>> 24);
            }
        }

        @Override
        public int codeBytes() {
            return bytes * count / 4;
        }
    }

    /**
     * Two bytes of four codes: the first holds codes 0, 2, 4 and 6, the second the others.
     *
     * @param at first byte in the block
     * @param digits how a byte holds its codes
     */
    record Pair(int at, Digits digits) implements BlockCodes {
        @Override
        public void decode(byte[] from, int block, byte[] codes, int to) {
            long spread =
                    digits.spread(from[block + at]) | digits.spread(from[block + at + 1]) << 2;
            codes[to] = (byte) ((spread & 15) | ((spread >>> 4) & 0xf0));
            codes[to + 1] = (byte) (((spread >>> 16) & 15) | ((spread >>> 20) & 0xf0));
        }

        @Override
        public void encode(byte[] codes, int from, byte[] target, int block) {
            int first = codes[from];
            int second = codes[from + 1];
            int sum =
                    digits.part(0, (byte) (first & 15))
                            + digits.part(1, (byte) ((first >>> 4) & 15))
                            + digits.part(2, (byte) (second & 15))
                            + digits.part(3, (byte) ((second >>> 4) & 15));
            target[block + at] = digits.close(sum);
            target[block + at + 1] = digits.close(sum >>> 8);
        }

        @Override
        public int codeBytes() {
            return 2;
        }
    }
}
