package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.util.List;

/** Sizes that no memory holds are refused, or work; they do not end the process. */
final class SizeChecks {
    private static final int ALL = Integer.MAX_VALUE;

    private SizeChecks() {}

    /** A context and a step, in tokens. */
    private record Size(int context, int step) {}

    private static final List<Size> SIZES =
            List.of(
                    new Size(ALL, ALL),
                    new Size(ALL, 1),
                    new Size(1, ALL),
                    new Size(64, ALL / 512),
                    new Size(1 << 18, 1));

    static void addTo(List<Check> checks) {
        for (Size size : SIZES) {
            checks.add(
                    new Check(
                            "a context of %d tokens in steps of %d is refused or works"
                                    .formatted(size.context(), size.step()),
                            trial -> tryOut(trial, size)));
        }
    }

    private static void tryOut(Trial trial, Size size) throws Exception {
        RandomDecoder decoder = trial.keep(SessionCase.plain(trial).make());
        OpenDecoder open =
                OpenDecoder.of(trial, decoder, ErrorContract.CONTEXT, ErrorContract.STEP);
        int[] tokens = open.tokens(1, 171);
        try {
            List<float[]> logits =
                    Threads.elsewhere(trial, () -> run(trial, decoder, size, tokens));
            open.requireOracle(size.toString(), tokens, logits);
            trial.note("works", 1);
        } catch (BackendException | IllegalArgumentException e) {
            trial.require(
                    e.getMessage() != null && !e.getMessage().isBlank(),
                    "refused without a message: " + e);
            trial.note("works", 0);
        }
        ErrorContract.requireUsable(trial, open);
    }

    private static List<float[]> run(Trial trial, RandomDecoder decoder, Size size, int[] tokens) {
        try (CompiledProgram program =
                        trial.backend()
                                .compile(
                                        decoder.program(),
                                        decoder.weights(),
                                        trial.options(size.context(), size.step()));
                DecoderSession session = program.newSession()) {
            return RecordedSession.split(
                    session.forward(tokens, LogitRows.ALL), program.program().logits().width());
        }
    }
}
