package dev.trilobit.conformance.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomDecoder;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.Perplexity;
import dev.trilobit.conformance.metric.PositionAgreement;
import dev.trilobit.conformance.metric.TeacherForcing;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract passes a sound backend and finds each kind of wrong logits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelContractTest {
    private static final int POSITION = 17;
    private static final Subject SOUND = Subject.named("cpu-vector");

    private final RandomDecoder floats = decoder(DecoderKind.QWEN3);
    private final RandomDecoder int8 = decoder(DecoderKind.BITNET);

    private static RandomDecoder decoder(DecoderKind kind) {
        return new RandomDecoder(
                kind, DecoderShape.AWKWARD, Formats.TERNARY, new RopeScaling.None(), 21);
    }

    @AfterAll
    void closeDecoders() {
        floats.close();
        int8.close();
    }

    private static ModelCase model(RandomDecoder decoder) {
        var chunks = new ArrayList<int[]>();
        for (int i = 0; i < 5; i++) {
            chunks.add(decoder.tokens(24, i));
        }
        return new ModelCase("tried", decoder.program(), decoder.weights(), chunks);
    }

    private static CheckResult run(RandomDecoder decoder, AlteredProvider.Alteration alteration) {
        var contract = new ModelContract(List.of(model(decoder)), TeacherForcing.Progress.NONE);
        return Trial.run(
                contract.name(),
                contract.checks().getFirst(),
                Subject.of(new AlteredProvider(SOUND.provider(), alteration)));
    }

    private static void assertFound(CheckResult result, String... parts) {
        assertEquals(Verdict.FAILED, result.verdict());
        for (String part : parts) {
            assertTrue(
                    result.findings().stream().anyMatch(finding -> finding.contains(part)),
                    () -> "no '%s' in %s".formatted(part, result.findings()));
        }
    }

    private static double value(CheckResult result, String name) {
        return result.measurements().stream()
                .filter(measurement -> measurement.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static int top(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }

    @Test
    void soundBackendPassesOnBothPathsWithAllSteps() {
        for (RandomDecoder decoder : List.of(floats, int8)) {
            CheckResult result = run(decoder, (_, _, _) -> {});
            assertEquals(Verdict.PASSED, result.verdict(), () -> result.findings().toString());
            assertEquals(
                    Set.of(ModelContract.PREFILL, ModelContract.DECODE),
                    result.agreements().keySet());
            assertEquals(120, value(result, "decode: positions"));
            assertEquals(5, value(result, "decode: sequences"));
        }
    }

    /** What a sum over the likeliest tokens only, or over unnormalised shares, looks like. */
    @Test
    void negativeDivergenceFailsHoweverSmall() {
        var position = new PositionAgreement(0, 0, 1e-13, -2e-12, 0, PositionAgreement.Choice.SAME);
        var agreement = new Agreement(List.of(position), Perplexity.NONE, Perplexity.NONE);
        LogitBudget budget = Budget.float32().floatActivations();
        CheckResult result =
                Trial.run(
                        "model",
                        new Check(
                                "negative",
                                trial ->
                                        ModelContract.judge(
                                                trial, "decode", agreement, budget, 1e-11)),
                        SOUND);
        assertEquals(1, result.findings().size(), () -> result.findings().toString());
        assertFound(result, "decode: KL(backend || oracle), mean nats, not negative");
    }

    @Test
    void constantOnAllLogitsIsNoError() {
        CheckResult result =
                run(
                        floats,
                        (_, _, row) -> {
                            for (int i = 0; i < row.length; i++) {
                                row[i] += 2;
                            }
                        });
        assertEquals(Verdict.PASSED, result.verdict(), () -> result.findings().toString());
    }

    @Test
    void oneNanFailsEveryFigureItTouches() {
        CheckResult result =
                run(
                        int8,
                        (position, _, row) -> {
                            if (position == POSITION) {
                                row[3] = Float.NaN;
                            }
                        });
        assertFound(
                result,
                "prefill: positions not finite 5",
                "decode: positions not finite 5",
                "prefill: KL(oracle || backend), mean nats NaN",
                "decode: KL(backend || oracle), mean nats NaN",
                "position=17");
    }

    @Test
    void anotherChoiceAtOnePositionIsFoundWhereItIs() {
        CheckResult result =
                run(
                        int8,
                        (position, _, row) -> {
                            if (position == POSITION) {
                                row[(top(row) + 1) % row.length] = row[top(row)] + 1;
                            }
                        });
        assertFound(result, "prefill: other choices", "decode: other choices", "position=17");
    }

    @Test
    void errorInDecodeAloneIsFoundInDecode() {
        CheckResult result =
                run(
                        floats,
                        (_, stepTokens, row) -> {
                            if (stepTokens == 1) {
                                row[5] += 0.01f;
                            }
                        });
        assertFound(result, "decode: KL(oracle || backend), mean nats");
        assertTrue(
                result.findings().stream().noneMatch(finding -> finding.contains("prefill")),
                () -> result.findings().toString());
    }

    /** Logits a thousandth too large keep every choice, and move the divergence a little. */
    @Test
    void smallErrorsThatChangeNoChoiceAreFound() {
        CheckResult result =
                run(
                        floats,
                        (_, _, row) -> {
                            for (int i = 0; i < row.length; i++) {
                                row[i] *= 1.001f;
                            }
                        });
        assertFound(result, "prefill: KL(oracle", "prefill: KL(backend", "decode: KL(oracle");
        assertEquals(0, value(result, "prefill: other choices"));
        assertEquals(1, value(result, "prefill: top-1 share"));
        // The model does not excuse them.
        double roundings = value(result, ModelContract.ROUNDINGS + ", mean nats");
        assertTrue(roundings > 0 && roundings < 1e-12, roundings + " nats");
    }

    @Test
    void closeChoicesAreTiesWithInt8ActivationsOnly() {
        CheckResult rounded = run(int8, swapCloserThan(0.02f));
        double ties = value(rounded, "prefill: ties");
        assertTrue(ties >= 1 && ties <= 3, ties + " ties");
        assertEquals(Verdict.PASSED, rounded.verdict(), () -> rounded.findings().toString());
        assertEquals(1 - ties / 120, value(rounded, "prefill: top-1 share"), 1e-15);
        assertFound(run(floats, swapCloserThan(0.2f)), "prefill: other choices");
    }

    /** Swaps the two largest logits where they are close. */
    private static AlteredProvider.Alteration swapCloserThan(float width) {
        return (_, _, row) -> {
            int best = top(row);
            float largest = row[best];
            row[best] = Float.NEGATIVE_INFINITY;
            int second = top(row);
            boolean isClose = largest - row[second] < width;
            row[best] = isClose ? row[second] : largest;
            row[second] = isClose ? largest : row[second];
        };
    }

    @Test
    void progressIsReportedSequenceBySequence() {
        var reports = new ArrayList<String>();
        var contract =
                new ModelContract(
                        List.of(model(floats)), (done, total) -> reports.add(done + "/" + total));
        Trial.run(contract.name(), contract.checks().getFirst(), SOUND);
        assertEquals(List.of("24/120", "48/120", "72/120", "96/120", "120/120"), reports);
    }

    @Test
    void randomModelsCoverEveryKind() {
        List<String> names = ModelContract.random().checks().stream().map(Check::name).toList();
        for (String kind : List.of("bitnet,", "llama-bitlinear,", "qwen3,")) {
            assertTrue(names.stream().anyMatch(name -> name.contains(kind)), kind + names);
        }
        for (String rope : List.of("plain", "linear", "llama3", "yarn")) {
            assertTrue(names.stream().anyMatch(name -> name.contains(rope + " rope")), rope);
        }
        assertEquals(names.size(), Set.copyOf(names).size());
    }

    @Test
    void furtherModelsComeAfterTheOthers() {
        List<Check> checks = ModelContract.random().with(List.of(model(floats))).checks();
        assertEquals("tried", checks.getLast().name());
        assertEquals(ModelContract.random().checks().size() + 1, checks.size());
    }

    @Test
    void twoModelsOfOneNameAreRefused() {
        ModelCase model = model(floats);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new ModelContract(
                                        List.of(model, model), TeacherForcing.Progress.NONE));
        assertEquals("names of models must differ, got [tried, tried]", e.getMessage());
    }

    @Test
    void noModelsAreRefused() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new ModelContract(List.of(), TeacherForcing.Progress.NONE));
        assertEquals("no models to try", e.getMessage());
    }
}
