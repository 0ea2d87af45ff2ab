package dev.trilobit.model.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;

/**
 * SentencePiece's byte-pair encoding: the adjacent pair whose joined piece has the highest score is
 * joined, the leftmost of equals first, until no pair is a piece; then characters without a piece
 * become bytes. Source: bpe_model.cc and sentencepiece_processor.cc of sentencepiece. Immutable.
 */
final class SentencePieceEncoder implements PieceEncoder {
    private static final int NONE = -1;

    private final PieceTable table;
    private final SentencePieceNormalizer normalizer;
    private final UserSymbols symbols;
    private final Prefixing prefixing;
    private final OptionalInt unknown;
    private final Map<String, Integer> ids;
    private final int[] byteIds;

    /** Where a text gets the space in front that the model wants. */
    enum Prefixing {
        /** At its start and after each added token. */
        EACH_PART,
        /** At its start only. */
        START_ONLY
    }

    SentencePieceEncoder(
            PieceTable table,
            SentencePieceNormalizer normalizer,
            UserSymbols symbols,
            Prefixing prefixing) {
        this.table = table;
        this.normalizer = normalizer;
        this.symbols = symbols;
        this.prefixing = prefixing;
        this.unknown = table.first(TokenKind.UNKNOWN);
        this.ids = new HashMap<>(2 * table.size());
        Map<String, Integer> bytes = new HashMap<>();
        for (int id = 0; id < table.size(); id++) {
            switch (table.kind(id)) {
                case NORMAL, USER_DEFINED, UNUSED -> ids.putIfAbsent(table.piece(id), id);
                case BYTE -> bytes.put(table.piece(id), id);
                case UNKNOWN, CONTROL -> {}
            }
        }
        this.byteIds = byteIds(bytes);
    }

    /** Returns the tokens of the 256 bytes; none unless all are there. */
    private static int[] byteIds(Map<String, Integer> bytes) {
        int[] byteIds = new int[256];
        for (int b = 0; b < byteIds.length; b++) {
            Integer id = bytes.get("<0x%02X>".formatted(b));
            if (id == null) {
                return new int[0];
            }
            byteIds[b] = id;
        }
        return byteIds;
    }

    @Override
    public int[] encode(String text, Place place) {
        boolean mayPrefix =
                switch (place) {
                    case START -> true;
                    case AFTER_TOKEN -> prefixing == Prefixing.EACH_PART;
                    case INSIDE -> false;
                };
        String normalized = normalizer.normalize(text, mayPrefix);
        return normalized.isEmpty() ? new int[0] : new Run(normalized).ids();
    }

    @Override
    public void close() {}

    /** Two adjacent symbols that make a piece together. */
    private record Pair(int left, int right, float score, int length) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byScore = Float.compare(other.score, score);
            return byScore != 0 ? byScore : Integer.compare(left, other.left);
        }
    }

    /** The encoding of one text. Symbols are ranges of it, chained; a joined one is empty. */
    private final class Run {
        private final String text;
        private final int[] start;
        private final int[] length;
        private final int[] previous;
        private final int[] next;
        private final boolean[] frozen;
        private final PriorityQueue<Pair> agenda = new PriorityQueue<>();
        private final Map<String, Integer> unusedSplits = new HashMap<>();
        private int count;

        Run(String text) {
            this.text = text;
            int most = text.codePointCount(0, text.length());
            this.start = new int[most];
            this.length = new int[most];
            this.previous = new int[most];
            this.next = new int[most];
            this.frozen = new boolean[most];
        }

        int[] ids() {
            splitIntoSymbols();
            for (int i = 1; i < count; i++) {
                propose(i - 1, i);
            }
            for (Pair pair = agenda.poll(); pair != null; pair = agenda.poll()) {
                join(pair);
            }
            IntList out = new IntList();
            boolean afterUnknown = false;
            for (int i = 0; i != NONE; i = next[i]) {
                for (String piece : usedParts(text.substring(start[i], start[i] + length[i]))) {
                    afterUnknown = add(piece, out, afterUnknown);
                }
            }
            return out.toArray();
        }

        private void splitIntoSymbols() {
            for (int at = 0; at < text.length(); ) {
                int symbol = symbols.lengthAt(text, at);
                frozen[count] = symbol > 0;
                start[count] = at;
                length[count] = symbol > 0 ? symbol : Character.charCount(text.codePointAt(at));
                at += length[count];
                previous[count] = count - 1;
                next[count] = at < text.length() ? count + 1 : NONE;
                count++;
            }
        }

        private void propose(int left, int right) {
            if (left == NONE || right == NONE || frozen[left] || frozen[right]) {
                return;
            }
            int both = length[left] + length[right];
            String piece = text.substring(start[left], start[left] + both);
            Integer id = ids.get(piece);
            if (id == null) {
                return;
            }
            agenda.add(new Pair(left, right, table.score(id), both));
            if (table.kind(id) == TokenKind.UNUSED) {
                unusedSplits.put(piece, length[left]);
            }
        }

        private void join(Pair pair) {
            int left = pair.left();
            int right = pair.right();
            boolean stale =
                    length[left] == 0
                            || length[right] == 0
                            || length[left] + length[right] != pair.length();
            if (stale) {
                return;
            }
            length[left] = pair.length();
            length[right] = 0;
            next[left] = next[right];
            if (next[right] != NONE) {
                previous[next[right]] = left;
            }
            propose(previous[left], left);
            propose(left, next[left]);
        }

        /** Takes a piece apart as it was joined, as long as it is an unused one. */
        private List<String> usedParts(String piece) {
            List<String> parts = new ArrayList<>(1);
            Deque<String> rest = new ArrayDeque<>();
            rest.push(piece);
            while (!rest.isEmpty()) {
                String part = rest.pop();
                Integer split = isUnused(part) ? unusedSplits.get(part) : null;
                if (split == null) {
                    parts.add(part);
                } else {
                    rest.push(part.substring(split));
                    rest.push(part.substring(0, split));
                }
            }
            return parts;
        }

        private boolean isUnused(String piece) {
            Integer id = ids.get(piece);
            return id != null && table.kind(id) == TokenKind.UNUSED;
        }

        /** Tells whether the piece was unknown: of several in a row one id is left. */
        private boolean add(String piece, IntList out, boolean afterUnknown) {
            Integer id = ids.get(piece);
            if (id != null) {
                out.add(id);
                return false;
            }
            if (byteIds.length > 0) {
                for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
                    out.add(byteIds[Byte.toUnsignedInt(b)]);
                }
            } else if (!afterUnknown) {
                unknown.ifPresent(out::add);
            }
            return true;
        }
    }
}
