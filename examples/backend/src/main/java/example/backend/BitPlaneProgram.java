package example.backend;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import java.util.List;
import java.util.function.Supplier;

/** A program with its weights. It counts its sessions, since it may not be closed under them. */
final class BitPlaneProgram implements CompiledProgram {
    private final Program program;
    private final PackedWeights weights;
    private final CompileOptions options;
    private int openSessions;
    private boolean closed;

    BitPlaneProgram(Program program, PackedWeights weights, CompileOptions options) {
        this.program = program;
        this.weights = weights;
        this.options = options;
    }

    @Override
    public Program program() {
        return program;
    }

    PackedWeights weights() {
        return weights;
    }

    CompileOptions options() {
        return options;
    }

    /** Returns the ops that a token needs whose logits nobody asked for: up to the last cache. */
    List<Op> opsThatRemember() {
        int end = program.ops().size();
        while (end > 0 && !(program.ops().get(end - 1) instanceof Op.Attend)) {
            end--;
        }
        return program.ops().subList(0, end);
    }

    @Override
    public long weightBytes() {
        return weights.byteSize();
    }

    /** Every token is computed alone and in the same order, however many came in its step. */
    @Override
    public boolean exactVerify() {
        return true;
    }

    @Override
    public BitPlaneSession newSession() {
        return open(() -> new BitPlaneSession(this));
    }

    /** Makes a session and counts it until it says that it is closed. */
    synchronized BitPlaneSession open(Supplier<BitPlaneSession> maker) {
        if (closed) {
            throw new IllegalStateException(BitPlaneBackend.ID + ": the program is closed");
        }
        BitPlaneSession session = Memory.need("a session", maker);
        openSessions++;
        return session;
    }

    synchronized void sessionClosed() {
        openSessions--;
    }

    @Override
    public synchronized void close() {
        if (openSessions > 0) {
            throw new IllegalStateException(
                    "%s: %d sessions are still open".formatted(BitPlaneBackend.ID, openSessions));
        }
        closed = true;
    }
}
