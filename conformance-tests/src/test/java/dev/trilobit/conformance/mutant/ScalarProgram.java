package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A program with decoded weights. */
final class ScalarProgram implements CompiledProgram {
    private final Program program;
    private final Map<String, Matrix> matrices;
    private final CompileOptions options;
    private final Faults faults;

    /** What sessions must not share, and do where that fault is planted. */
    private final Values sharedValues;

    private final LogitBuffer sharedLogits = new LogitBuffer();
    private final List<KeyValueCache> sharedCaches;
    private final List<byte[]> leakedMemory = new ArrayList<>();
    private int openSessions;
    private boolean closed;

    ScalarProgram(
            Program program, Map<String, Matrix> matrices, CompileOptions options, Faults faults) {
        this.program = program;
        this.matrices = matrices;
        this.options = options;
        this.faults = faults;
        this.sharedValues = new Values(program, memoryOrder());
        if (faults.has(Fault.SCRATCH_SHARED)) {
            sharedValues.reserve(options.maxTokensPerStep());
        }
        this.sharedCaches = newCaches();
    }

    private List<KeyValueCache> newCaches() {
        return program.ops().stream()
                .flatMap(op -> op instanceof Op.Attend a ? Stream.of(a) : Stream.empty())
                .map(attend -> new KeyValueCache(attend.attention().kvWidth()))
                .toList();
    }

    @Override
    public Program program() {
        return program;
    }

    @Override
    public long weightBytes() {
        return matrices.values().stream().mapToLong(Matrix::byteSize).sum();
    }

    @Override
    public boolean exactVerify() {
        return true;
    }

    CompileOptions options() {
        return options;
    }

    Faults faults() {
        return faults;
    }

    Matrix matrix(WeightRef ref) {
        Matrix matrix = matrices.get(ref.name());
        if (matrix == null) {
            throw new IllegalStateException(ref.name() + " was not loaded");
        }
        return matrix;
    }

    Values values() {
        return faults.has(Fault.SCRATCH_SHARED) ? sharedValues : new Values(program, memoryOrder());
    }

    private Values.Order memoryOrder() {
        return faults.has(Fault.VALUE_WRITTEN_PAST_IN_REUSED_MEMORY)
                ? Values.Order.REUSED
                : Values.Order.REVERSED;
    }

    LogitBuffer logits() {
        return faults.has(Fault.LOGITS_SHARED) ? sharedLogits : new LogitBuffer();
    }

    @Override
    public DecoderSession newSession() {
        return newSession(faults.has(Fault.CACHE_SHARED) ? sharedCaches : newCaches(), 0);
    }

    synchronized ScalarSession newSession(List<KeyValueCache> caches, int position) {
        if (closed && !faults.has(Fault.CLOSED_PROGRAM_OPENS)) {
            throw new IllegalStateException("scalar: the program is closed");
        }
        openSessions++;
        if (faults.has(Fault.SESSION_MEMORY_LEAKED)) {
            leakedMemory.add(new byte[1 << 19]);
        }
        return new ScalarSession(this, caches, position);
    }

    synchronized void sessionClosed() {
        openSessions--;
    }

    @Override
    public synchronized void close() {
        if (!closed && openSessions != 0 && !faults.has(Fault.PROGRAM_CLOSES_UNDER_SESSIONS)) {
            throw new IllegalStateException(
                    "scalar: %d sessions are still open".formatted(openSessions));
        }
        closed = true;
    }
}
