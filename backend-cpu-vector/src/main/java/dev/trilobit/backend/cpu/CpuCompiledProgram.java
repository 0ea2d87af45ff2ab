package dev.trilobit.backend.cpu;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.TokenTraffic;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.RopeSpec;
import java.util.HashMap;
import java.util.Map;

/** A program with packed weights, its plan and the threads that all its sessions share. */
final class CpuCompiledProgram implements CompiledProgram {
    private final Program program;
    private final ProgramWeights weights;
    private final CompileOptions options;
    private final KvType kvType;
    private final Plan plan;
    private final Map<RopeSpec, RopeTable> ropes = new HashMap<>();
    private final RowPool pool;
    private int openSessions;
    private boolean closed;

    /**
     * Plans the step and starts the threads.
     *
     * @param weights owned by this program from here on
     */
    CpuCompiledProgram(
            Program program,
            ProgramWeights weights,
            CompileOptions options,
            CpuOptions cpuOptions) {
        this.program = program;
        this.weights = weights;
        this.options = options;
        this.kvType = cpuOptions.kvType();
        this.plan = new Plan(new Schedule(program, weights), options.maxTokensPerStep());
        for (Op op : program.ops()) {
            if (op instanceof Op.Rope rope) {
                ropes.computeIfAbsent(
                        rope.rope(), spec -> new RopeTable(spec, options.maxContextTokens()));
            }
        }
        this.pool = new RowPool(cpuOptions.threads());
    }

    @Override
    public Program program() {
        return program;
    }

    @Override
    public long weightBytes() {
        return weights.byteSize();
    }

    @Override
    public TokenTraffic traffic() {
        TokenTraffic stored = TokenTraffic.asStored(program);
        long bytes = stored.weightBytes();
        long cache = 0;
        for (Op op : program.ops()) {
            if (op instanceof Op.Linear linear) {
                PackedMatrix matrix = weights.matrix(linear);
                long packed = matrix.byteSize() + matrix.mappedBytes();
                bytes += packed - linear.weight().format().byteSize(linear.weight().shape());
            } else if (op instanceof Op.Attend attend) {
                cache += kvLayout(attend.attention()).bytesPerPosition();
            }
        }
        return new TokenTraffic(bytes, cache, kvType.label());
    }

    private KvLayout kvLayout(AttentionSpec spec) {
        return KvLayout.of(spec, kvType, options.maxContextTokens());
    }

    @Override
    public boolean exactVerify() {
        return true;
    }

    CompileOptions options() {
        return options;
    }

    KvType kvType() {
        return kvType;
    }

    Plan plan() {
        return plan;
    }

    ProgramWeights weights() {
        return weights;
    }

    RowPool pool() {
        return pool;
    }

    RopeTable rope(RopeSpec spec) {
        RopeTable table = ropes.get(spec);
        if (table == null) {
            throw new IllegalStateException("no table for " + spec);
        }
        return table;
    }

    @Override
    public synchronized DecoderSession newSession() {
        if (closed) {
            throw new IllegalStateException(CpuVectorBackend.ID + ": the program is closed");
        }
        try {
            var session = new CpuSession(this);
            openSessions++;
            return session;
        } catch (OutOfMemoryError e) {
            throw new BackendException(
                    CpuVectorBackend.ID + ": not enough memory for a session: " + e, e);
        }
    }

    synchronized void sessionClosed() {
        openSessions--;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (openSessions > 0) {
            throw new IllegalStateException(
                    "%s: %d sessions are still open".formatted(CpuVectorBackend.ID, openSessions));
        }
        closed = true;
        pool.close();
        weights.close();
    }
}
