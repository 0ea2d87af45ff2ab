package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.TokenSink;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** One sequence; runs every op for all tokens of a step. */
final class ScalarSession implements DecoderSession {
    private final ScalarProgram program;
    private final Faults faults;
    private final List<KeyValueCache> caches;
    private final Values values;
    private final LogitBuffer logits;
    private int position;

    /** Where the cache ended before it was truncated; only a fault looks at it. */
    private int truncatedFrom;

    private boolean closed;

    ScalarSession(ScalarProgram program, List<KeyValueCache> caches, int position) {
        this.program = program;
        this.faults = program.faults();
        this.caches = caches;
        this.values = program.values();
        this.logits = program.logits();
        this.position = position;
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public int maxContextTokens() {
        return program.options().maxContextTokens();
    }

    @Override
    public MemorySegment forward(int[] tokens, LogitRows rows) {
        requireOpen();
        try {
            requireFits(tokens);
        } catch (IllegalArgumentException e) {
            position += faults.has(Fault.REFUSED_STEP_MOVES_ON) ? 1 : 0;
            throw e;
        }
        int count = tokens.length;
        values.reserve(Math.max(count, 1));
        int cache = 0;
        for (Op op : program.program().ops()) {
            if (op instanceof Op.Attend attend) {
                attend(attend, caches.get(cache), count);
                cache++;
            } else {
                run(op, tokens);
            }
            spoilValues(op, count);
        }
        spoilLogits(count);
        position += count;
        return logits(count, rows);
    }

    private void spoilValues(Op op, int count) {
        boolean past =
                faults.has(Fault.VALUE_WRITTEN_PAST)
                        || faults.has(Fault.VALUE_WRITTEN_PAST_IN_REUSED_MEMORY);
        if (past && !(op instanceof Op.Embed || op instanceof Op.Add)) {
            values.zeroBehind(op.out(), count);
        }
        if (faults.has(Fault.INPUT_OVERWRITTEN) && !op.inputs().isEmpty()) {
            int width = Math.min(op.out().width(), op.inputs().getFirst().width());
            System.arraycopy(
                    values.memory(),
                    at(op.out(), 0),
                    values.memory(),
                    at(op.inputs().getFirst(), 0),
                    width);
        }
    }

    private void run(Op op, int[] tokens) {
        int count = tokens.length;
        float[] memory = values.memory();
        var ops = new ScalarOps(memory, faults);
        switch (op) {
            case Op.Embed(Value out, WeightRef table) -> {
                Matrix rows = program.matrix(table);
                for (int t = 0; t < count; t++) {
                    rows.copyRow(Math.floorMod(tokens[t], rows.rows()), memory, at(out, t));
                }
            }
            case Op.Linear linear -> multiply(ops, linear, count);
            case Op.RmsNorm(Value out, Value in, WeightRef gain, float epsilon) -> {
                Matrix factors = program.matrix(gain);
                for (int t = 0; t < count; t++) {
                    if (faults.has(Fault.SUB_NORM_SKIPPED) && isSubNorm(in)) {
                        ops.copy(at(in, t), at(out, t), in.width());
                    } else {
                        ops.norm(at(in, t), at(out, t), in.width(), factors, epsilon);
                    }
                }
            }
            case Op.Rope(Value out, Value in, RopeSpec rope) -> {
                int first = position + ropeShift(out);
                for (int t = 0; t < count; t++) {
                    ops.rope(at(in, t), at(out, t), in.width(), rope, first + t);
                }
            }
            case Op.Attend _ -> throw new IllegalStateException("attention needs its cache");
            case Op.Gate(Value out, Value gate, Value up, GateActivation activation) -> {
                for (int t = 0; t < count; t++) {
                    ops.gate(at(gate, t), at(up, t), at(out, t), out.width(), activation);
                }
            }
            case Op.Add(Value out, Value left, Value right) -> {
                for (int t = 0; t < count; t++) {
                    ops.add(at(left, t), at(right, t), at(out, t), out.width());
                }
            }
        }
    }

    private int at(Value value, int token) {
        return values.start(value) + token * value.width();
    }

    private boolean isSubNorm(Value in) {
        Op before = program.program().ops().get(in.id());
        return before instanceof Op.Gate || before instanceof Op.Attend;
    }

    private int ropeShift(Value out) {
        if (faults.has(Fault.ROPE_OF_QUERIES_OFF_BY_ONE)) {
            return program.program().ops().stream()
                            .anyMatch(op -> op instanceof Op.Attend a && a.queries().equals(out))
                    ? 1
                    : 0;
        }
        return faults.has(Fault.ROPE_POSITION_OFF_BY_ONE) ? 1 : 0;
    }

    private void multiply(ScalarOps ops, Op.Linear linear, int count) {
        Matrix weight = program.matrix(linear.weight());
        float[] memory = values.memory();
        int in = at(linear.in(), 0);
        int out = at(linear.out(), 0);
        ActivationQuant rule =
                faults.has(Fault.INT8_IGNORED) ? ActivationQuant.NONE : linear.activations();
        int width = linear.in().width();
        switch (rule) {
            case NONE -> weight.multiply(count, memory, in, memory, out, faults);
            case INT8_PER_TOKEN -> {
                var codes = new float[count * width];
                var factors = new float[count];
                for (int t = 0; t < count; t++) {
                    factors[t] = ops.roundToInt8(at(linear.in(), t), width, codes, t * width);
                }
                weight.multiply(count, codes, 0, memory, out, faults);
                for (int t = 0; t < count; t++) {
                    for (int r = 0; r < weight.rows(); r++) {
                        memory[out + t * weight.rows() + r] /= factors[t];
                    }
                }
            }
            case INT8_PER_GROUP -> {
                var runs = new RoundedRuns(linear, count, faults);
                runs.round(memory, in);
                runs.multiply(weight, memory, out);
            }
        }
    }

    private void attend(Op.Attend attend, KeyValueCache cache, int count) {
        AttentionSpec spec = attend.attention();
        float[] memory = values.memory();
        for (int t = 0; t < count; t++) {
            cache.store(position + t, memory, at(attend.keys(), t), at(attend.values(), t));
        }
        var ops = new ScalarOps(memory, faults);
        for (int t = 0; t < count; t++) {
            int visible = position + t + 1;
            boolean seesNext = faults.has(Fault.MASK_SEES_NEXT) && t + 1 < count;
            boolean seesStale = faults.has(Fault.TRUNCATED_ROW_ATTENDED) && visible < truncatedFrom;
            ops.attend(
                    at(attend.queries(), t),
                    at(attend.out(), t),
                    spec,
                    cache,
                    visible + (seesNext || seesStale ? 1 : 0));
        }
    }

    private void spoilLogits(int count) {
        boolean hit = position <= 3 && 3 < position + count;
        Value out = program.program().logits();
        int last = at(out, 3 - position) + out.width() - 1;
        if (hit && faults.has(Fault.NAN_LOGIT)) {
            values.memory()[last] = Float.NaN;
        }
        if (hit && faults.has(Fault.INFINITE_LOGIT)) {
            values.memory()[last] = Float.POSITIVE_INFINITY;
        }
    }

    private MemorySegment logits(int count, LogitRows rows) {
        Value out = program.program().logits();
        int last = faults.has(Fault.LAST_ROW_IS_FIRST) ? 0 : Math.max(count - 1, 0);
        int row = rows == LogitRows.LAST ? last : 0;
        int wanted = rows == LogitRows.LAST ? 1 : count;
        int start = at(out, row);
        int length = wanted * out.width();
        if (faults.has(Fault.LOGITS_TOO_LONG)) {
            length = Math.min(length + out.width(), values.memory().length - start);
        }
        return logits.fill(values.memory(), start, length);
    }

    @Override
    public void truncate(int position) {
        requireOpen();
        if (position < 0 || position > this.position) {
            if (faults.has(Fault.TRUNCATE_UNCHECKED)) {
                return;
            }
            throw new IllegalArgumentException(
                    "truncate to %d: must be within 0..%d".formatted(position, this.position));
        }
        truncatedFrom = Math.max(truncatedFrom, this.position);
        this.position = position;
    }

    @Override
    public DecoderSession fork() {
        requireOpen();
        List<KeyValueCache> copies =
                faults.has(Fault.FORK_SHARES_CACHE)
                        ? caches
                        : caches.stream().map(KeyValueCache::copy).toList();
        return program.newSession(copies, faults.has(Fault.FORK_AT_ZERO) ? 0 : position);
    }

    @Override
    public int greedy(int first, int count, TokenSink sink) {
        return Greedy.isFaulty(faults)
                ? Greedy.decode(this, first, count, sink, faults)
                : DecoderSession.super.greedy(first, count, sink);
    }

    @Override
    public void close() {
        if (!closed || faults.has(Fault.SECOND_CLOSE_FAILS)) {
            closed = true;
            program.sessionClosed();
        }
    }

    private void requireOpen() {
        if (closed && !faults.has(Fault.CLOSED_SESSION_RUNS)) {
            throw new IllegalStateException("scalar: the session is closed");
        }
    }

    private void requireFits(int[] tokens) {
        int most = program.options().maxTokensPerStep();
        boolean none = tokens.length == 0 && !faults.has(Fault.EMPTY_STEP_ACCEPTED);
        boolean many = tokens.length > most && !faults.has(Fault.STEP_SIZE_UNCHECKED);
        if (none || many) {
            throw new IllegalArgumentException(
                    "a step takes 1 to %d tokens, got %d".formatted(most, tokens.length));
        }
        if (tokens.length > maxContextTokens() - position && !faults.has(Fault.CONTEXT_UNCHECKED)) {
            throw new IllegalArgumentException(
                    "%d tokens at position %d do not fit a context of %d"
                            .formatted(tokens.length, position, maxContextTokens()));
        }
        int vocabulary = program.program().vocabulary();
        for (int token : tokens) {
            if ((token < 0 || token >= vocabulary) && !faults.has(Fault.VOCABULARY_UNCHECKED)) {
                throw new IllegalArgumentException(
                        "token %d is outside the vocabulary of %d".formatted(token, vocabulary));
            }
        }
    }
}
