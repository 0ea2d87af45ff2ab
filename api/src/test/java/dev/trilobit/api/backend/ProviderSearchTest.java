package dev.trilobit.api.backend;

import static dev.trilobit.api.backend.FakeLookup.verdict;
import static dev.trilobit.api.backend.FakeProvider.available;
import static dev.trilobit.api.backend.FakeProvider.rejecting;
import static dev.trilobit.api.backend.FakeProvider.unavailable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.backend.SelectionReport.Candidate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of several working providers is chosen, and what the report says of the others. */
class ProviderSearchTest {
    private static final BackendRequest AUTO = BackendRequest.auto();

    private static List<String> ids(SelectionReport report) {
        return report.candidates().stream().map(Candidate::id).toList();
    }

    @Test
    void autoTakesTheHighestScore() {
        FakeProvider low = available("low", 10);
        FakeProvider high = available("high", 200);
        FakeProvider lowest = available("lowest", Integer.MIN_VALUE);

        Selection selection = FakeLookup.of(low, lowest, high).open(AUTO);

        assertEquals("high", selection.id());
        assertSame(high.opened().getFirst(), selection.backend());
        assertEquals(0, high.opened().getFirst().closed());
        assertEquals(List.of(), low.opened());
        SelectionReport report = selection.report();
        assertEquals(Optional.of("high"), report.chosen());
        assertEquals(List.of("low", "lowest", "high"), ids(report));
        assertEquals("chosen", verdict(report, "high"));
        assertEquals("not needed: another came first (score 10)", verdict(report, "low"));
    }

    @Test
    void equalScoresGoByName() {
        FakeLookup lookup = FakeLookup.of(available("b", 5), available("a", 5), available("c", 5));

        assertEquals("a", lookup.open(AUTO).id());
    }

    @Test
    void autoPassesOverTheUnavailable() {
        Selection selection =
                FakeLookup.of(unavailable("gpu", "no driver"), available("cpu", 100)).open(AUTO);

        assertEquals("cpu", selection.id());
        assertEquals("no driver", verdict(selection.report(), "gpu"));
    }

    @Test
    void autoPassesOverARejectionAndClosesThatBackend() {
        FakeProvider npu = rejecting("npu", 300);

        Selection selection = FakeLookup.of(npu, available("cpu", 100)).open(AUTO);

        assertEquals("cpu", selection.id());
        assertEquals(
                "cannot run this model: [op 3: no such kernel]",
                verdict(selection.report(), "npu"));
        assertEquals(1, npu.opened().getFirst().closed());
    }

    @Test
    void namedIdsAreTriedInOrderWhateverTheScore() {
        FakeLookup lookup = FakeLookup.of(available("a", 1), available("b", 2), available("c", 3));

        Selection selection = lookup.open(BackendRequest.of("b,c"));

        assertEquals("b", selection.id());
        assertEquals("not asked for", verdict(selection.report(), "a"));
        assertEquals("not needed: another came first (score 3)", verdict(selection.report(), "c"));
    }

    @Test
    void theSecondNameIsUsedWhenTheFirstIsUnavailable() {
        Selection selection =
                FakeLookup.of(available("cpu", 1), unavailable("gpu", "no driver"))
                        .open(BackendRequest.of("gpu,cpu"));

        assertEquals("cpu", selection.id());
        assertEquals("no driver", verdict(selection.report(), "gpu"));
    }

    @Test
    void theSecondNameIsUsedWhenTheFirstRejectsTheProgram() {
        FakeProvider npu = rejecting("npu", 9);

        Selection selection =
                FakeLookup.of(npu, available("cpu", 1)).open(BackendRequest.of("npu,cpu"));

        assertEquals("cpu", selection.id());
        assertEquals(1, npu.opened().getFirst().closed());
    }

    @Test
    void aNamedUnavailableBackendFailsWithItsReason() {
        FakeProvider cpu = available("cpu", 100);
        FakeLookup lookup = FakeLookup.of(unavailable("gpu", "no driver"), cpu);

        var thrown =
                assertThrows(
                        BackendUnavailableException.class,
                        () -> lookup.open(BackendRequest.ofOption("gpu")));

        assertEquals(
                "no backend for gpu (--backend): gpu: no driver; cpu: not asked for",
                thrown.getMessage());
        assertEquals(List.of(), cpu.opened());
    }

    @Test
    void aNamedBackendThatRejectsTheProgramFailsWithItsReason() {
        FakeProvider npu = rejecting("npu", 9);
        FakeLookup lookup = FakeLookup.of(npu, available("cpu", 100));

        var thrown =
                assertThrows(
                        BackendUnavailableException.class,
                        () -> lookup.open(BackendRequest.of("npu")));

        assertEquals(
                "no backend for npu (BackendRequest):"
                        + " npu: cannot run this model: [op 3: no such kernel];"
                        + " cpu: not asked for",
                thrown.getMessage());
        assertEquals(1, npu.opened().getFirst().closed());
    }

    @Test
    void anUnknownIdListsTheKnownOnesAndOpensNothing() {
        FakeProvider cpu = available("cpu", 100);
        FakeLookup lookup = FakeLookup.of(cpu, unavailable("gpu", "no driver"));

        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> lookup.open(BackendRequest.ofOption("cpu,tpu,xpu")));

        assertEquals(
                "--backend: unknown backend tpu, xpu; known here: cpu, gpu", thrown.getMessage());
        assertEquals(List.of(), cpu.opened());
    }

    @Test
    void withoutAnyProviderTheMessageSaysSo() {
        var auto =
                assertThrows(BackendUnavailableException.class, () -> FakeLookup.of().open(AUTO));
        var named =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> FakeLookup.of().open(BackendRequest.of("cpu")));

        assertEquals(
                "no backend for auto (BackendRequest): no provider is installed",
                auto.getMessage());
        assertEquals(
                "BackendRequest: unknown backend cpu; no provider is installed",
                named.getMessage());
    }

    @Test
    void aReportOpensNothingAndTellsTheOrder() {
        FakeProvider cpu = available("cpu", 100);
        FakeProvider gpu = available("gpu", 200);
        FakeLookup lookup = FakeLookup.of(cpu, gpu, unavailable("npu", "not this machine"));

        SelectionReport auto = lookup.report(AUTO);
        SelectionReport named = lookup.report(BackendRequest.of("npu,cpu"));

        assertEquals(Optional.empty(), auto.chosen());
        assertEquals("tried first", verdict(auto, "gpu"));
        assertEquals("tried if those before fail", verdict(auto, "cpu"));
        assertEquals("not this machine", verdict(auto, "npu"));
        assertEquals("not this machine", verdict(named, "npu"));
        assertEquals("tried first", verdict(named, "cpu"));
        assertEquals("not asked for", verdict(named, "gpu"));
        assertEquals(List.of(), cpu.opened());
        assertEquals(List.of(), gpu.opened());
    }

    @Test
    void aReportHasUnknownIdsToo() {
        SelectionReport report =
                FakeLookup.of(available("cpu", 100)).report(BackendRequest.of("tpu,cpu"));

        assertEquals(List.of("cpu", "tpu"), ids(report));
        assertEquals("no provider has this id; known here: cpu", verdict(report, "tpu"));
        assertEquals("tried first", verdict(report, "cpu"));
    }
}
