package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.util.List;

/** A random decoder, compiled for one check and closed at its end. */
final class OpenDecoder {
    private final Trial trial;
    private final RandomDecoder decoder;
    private final CompiledProgram program;
    private final LogitComparison comparison;

    private OpenDecoder(Trial trial, RandomDecoder decoder, CompiledProgram program) {
        this.trial = trial;
        this.decoder = decoder;
        this.program = program;
        this.comparison = new LogitComparison(trial, program);
    }

    /** Makes and compiles a decoder. */
    static OpenDecoder of(Trial trial, SessionCase example, int maxContext, int maxStep) {
        RandomDecoder decoder = trial.keep(example.make());
        return of(trial, decoder, maxContext, maxStep);
    }

    /** Compiles a decoder. */
    static OpenDecoder of(Trial trial, RandomDecoder decoder, int maxContext, int maxStep) {
        return of(trial, decoder, decoder.weights(), trial.options(maxContext, maxStep));
    }

    /** Compiles a decoder with other weights than its own. */
    static OpenDecoder of(
            Trial trial, RandomDecoder decoder, WeightSource weights, CompileOptions options) {
        CompiledProgram program = trial.compile(decoder.program(), weights, options);
        return new OpenDecoder(trial, decoder, program);
    }

    Trial trial() {
        return trial;
    }

    RandomDecoder decoder() {
        return decoder;
    }

    CompiledProgram program() {
        return program;
    }

    /** Logits of a position. */
    int width() {
        return decoder.program().logits().width();
    }

    int[] tokens(int count, long seed) {
        return decoder.tokens(count, seed);
    }

    /** Opens an empty session. */
    RecordedSession session() {
        return new RecordedSession(trial.session(program), width());
    }

    /** Forks a session; closed at the end of the check. */
    RecordedSession fork(RecordedSession parent) {
        return parent.recordFork(trial.keep(parent.session().fork()));
    }

    /** The logits of all positions in a session of their own, in steps of {@code stepTokens}. */
    List<float[]> alone(int[] tokens, int stepTokens) {
        try (var session = program.newSession()) {
            return new RecordedSession(session, width()).forwardInSteps(tokens, stepTokens).rows();
        }
    }

    /** See {@link LogitComparison#requireSame}. */
    void requireSame(String what, List<float[]> expected, List<float[]> actual) {
        comparison.requireSame(what, expected, actual);
    }

    /** See {@link LogitComparison#requireSameFrom}. */
    void requireSameFrom(int from, String what, List<float[]> expected, List<float[]> actual) {
        comparison.requireSameFrom(from, what, expected, actual);
    }

    /** See {@link LogitComparison#requireOracle}. */
    void requireOracle(String what, int[] tokens, List<float[]> actual) {
        comparison.requireOracle(what, decoder.weights(), tokens, actual);
    }
}
