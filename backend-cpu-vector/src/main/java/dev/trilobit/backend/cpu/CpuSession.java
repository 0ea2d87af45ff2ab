package dev.trilobit.backend.cpu;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/** One sequence: bound steps, their buffers and the caches. */
final class CpuSession implements DecoderSession {
    private final CpuCompiledProgram program;
    private final Arena arena = Arena.ofShared();
    private final SessionBuffers buffers;
    private final Step[] steps;

    /** Steps from here on need only the last token when only its logits are wanted. */
    private final int cut;

    private final float[][] liveAtCut;
    private final int[] liveWidths;
    private final Value logits;
    private final Logits results;
    private int position;

    CpuSession(CpuCompiledProgram program) {
        this.program = program;
        try {
            Plan plan = program.plan();
            buffers =
                    new SessionBuffers(
                            plan,
                            program.pool(),
                            program.kvType(),
                            program.options().maxContextTokens(),
                            arena);
            var binder = new StepBinder(program, buffers);
            List<List<Op>> groups = plan.schedule().groups();
            int positional = plan.schedule().lastPositional() + 1;
            List<Step> before = bind(binder, groups.subList(0, positional));
            List<Step> after = bind(binder, groups.subList(positional, groups.size()));
            cut = before.size();
            steps = Stream.concat(before.stream(), after.stream()).toArray(Step[]::new);
            liveAtCut = plan.liveAtCut().stream().map(buffers::activations).toArray(float[][]::new);
            liveWidths = plan.liveAtCut().stream().mapToInt(Value::width).toArray();
            logits = program.program().logits();
            results = new Logits(logits.width());
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private List<Step> bind(StepBinder binder, List<List<Op>> groups) {
        return TokenSteps.joined(
                buffers,
                groups.stream().map(binder::bind).toList(),
                groups.stream().map(group -> group.getFirst().out().width()).toList());
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
        requireFits(tokens);
        StepTokens current = buffers.tokens();
        current.begin(tokens, position);
        try {
            return run(current, rows);
        } catch (OutOfMemoryError e) {
            throw new BackendException(
                    "%s: not enough memory for %d positions: %s"
                            .formatted(CpuVectorBackend.ID, position + tokens.length, e),
                    e);
        } finally {
            current.end();
        }
    }

    private MemorySegment run(StepTokens current, LogitRows rows) {
        int count = current.count();
        for (int i = 0; i < cut; i++) {
            steps[i].run();
        }
        if (rows == LogitRows.LAST && cut < steps.length) {
            keepLast(current);
        }
        int computed = current.count();
        int wanted = rows == LogitRows.LAST ? 1 : computed;
        float[] out = results.array(wanted);
        boolean direct = steps[steps.length - 1] instanceof LinearStep;
        if (direct) {
            ((LinearStep) steps[steps.length - 1]).redirect(out);
        }
        for (int i = cut; i < steps.length; i++) {
            steps[i].run();
        }
        if (!direct) {
            int width = logits.width();
            float[] all = buffers.activations(logits);
            System.arraycopy(all, (computed - wanted) * width, out, 0, wanted * width);
        }
        position += count;
        return results.segment(wanted);
    }

    /** Moves what later steps read of the last token to the front. */
    private void keepLast(StepTokens current) {
        int last = current.count() - 1;
        for (int i = 0; i < liveAtCut.length; i++) {
            int width = liveWidths[i];
            System.arraycopy(liveAtCut[i], last * width, liveAtCut[i], 0, width);
        }
        current.keepLast();
    }

    @Override
    public void truncate(int position) {
        requireOpen();
        if (position < 0 || position > this.position) {
            throw new IllegalArgumentException(
                    "truncate to position %d: must be within 0..%d"
                            .formatted(position, this.position));
        }
        this.position = position;
    }

    @Override
    public DecoderSession fork() {
        requireOpen();
        var copy = (CpuSession) program.newSession();
        try {
            for (int i = 0; i < buffers.caches().size(); i++) {
                copy.buffers.caches().get(i).copyFrom(buffers.caches().get(i), position);
            }
        } catch (OutOfMemoryError e) {
            copy.close();
            throw new BackendException(
                    CpuVectorBackend.ID + ": not enough memory to fork a session: " + e, e);
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
        copy.position = position;
        return copy;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            program.sessionClosed();
        }
    }

    private void requireOpen() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(CpuVectorBackend.ID + ": the session is closed");
        }
    }

    private void requireFits(int[] tokens) {
        int most = program.options().maxTokensPerStep();
        if (tokens.length == 0 || tokens.length > most) {
            throw new IllegalArgumentException(
                    "a step takes 1 to %d tokens, got %d".formatted(most, tokens.length));
        }
        if (tokens.length > maxContextTokens() - position) {
            throw new IllegalArgumentException(
                    "%d tokens at position %d do not fit a context of %d"
                            .formatted(tokens.length, position, maxContextTokens()));
        }
        int vocabulary = program.program().vocabulary();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new IllegalArgumentException(
                        "token %d of the step is %d, the vocabulary has ids 0..%d"
                                .formatted(i, tokens[i], vocabulary - 1));
            }
        }
    }
}
