package dev.trilobit.api.backend;

import static dev.trilobit.api.backend.FakeLookup.verdict;
import static dev.trilobit.api.backend.FakeProvider.available;
import static dev.trilobit.api.backend.FakeProvider.dying;
import static dev.trilobit.api.backend.FakeProvider.opening;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.Availability.Available;
import dev.trilobit.api.program.Program;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that dies at any step is reported and does not stop the others. */
class BrokenProviderTest {
    private static final BackendRequest AUTO = BackendRequest.auto();
    private final Error missing = new NoClassDefFoundError("jdk/incubator/vector/Vector");

    static Stream<Error> errors() {
        return Stream.of(
                new NoClassDefFoundError("jdk/incubator/vector/Vector"),
                new UnsatisfiedLinkError("no metal in java.library.path"),
                new ExceptionInInitializerError("no device"),
                new ServiceConfigurationError("cannot read services"));
    }

    private static FakeProvider broken(String id, FakeBackend backend) {
        return opening(id, 900, () -> backend);
    }

    /** Chooses cpu, and returns what is said of {@code id}. */
    private static String passedOver(FakeLookup lookup, String id) {
        FakeProvider cpu = available("cpu", 100);
        Selection selection = lookup.and(cpu).open(AUTO);
        assertEquals("cpu", selection.id());
        assertEquals(0, cpu.opened().getFirst().closed());
        return verdict(selection.report(), id);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aDyingConstructorIsReportedUnderItsClass(Error error) {
        assertEquals(
                "cannot be loaded: " + error,
                passedOver(
                        FakeLookup.of().constructorDies(FakeProvider.class, error),
                        FakeProvider.class.getName()));
    }

    @Test
    void theCauseOfAServiceErrorIsTold() {
        var error = new ServiceConfigurationError("could not be instantiated", missing);

        assertEquals(
                "cannot be loaded: %s; caused by %s".formatted(error, missing),
                passedOver(
                        FakeLookup.of().constructorDies(FakeProvider.class, error),
                        FakeProvider.class.getName()));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aDyingIdIsReportedUnderItsClass(Error error) {
        var provider = new FakeProvider(dying(error), () -> new Available("x", 900), dying(error));

        assertEquals(
                "cannot be loaded: " + error,
                passedOver(FakeLookup.of(provider), FakeProvider.class.getName()));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aDyingProbeIsReported(Error error) {
        var provider = new FakeProvider(() -> "gpu", dying(error), dying(error));

        assertEquals("probe failed: " + error, passedOver(FakeLookup.of(provider), "gpu"));
    }

    @Test
    void aProbeThatThrowsIsReported() {
        var failure = new IllegalStateException("driver says 7");
        var provider = new FakeProvider(() -> "gpu", dying(failure), dying(failure));

        assertEquals("probe failed: " + failure, passedOver(FakeLookup.of(provider), "gpu"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aDyingOpenIsReported(Error error) {
        assertEquals(
                "failed to open: " + error,
                passedOver(FakeLookup.of(opening("gpu", 900, dying(error))), "gpu"));
    }

    @Test
    void aDeviceThatFailsToOpenIsReported() {
        var failure = new BackendException("gpu: open gave status 3");

        assertEquals(
                "failed to open: " + failure,
                passedOver(FakeLookup.of(opening("gpu", 900, dying(failure))), "gpu"));
    }

    @Test
    void aNamedDeviceThatFailsToOpenFailsTheCall() {
        var failure = new BackendException("gpu: open gave status 3");
        FakeLookup lookup = FakeLookup.of(opening("gpu", 900, dying(failure)), available("cpu", 1));

        var thrown =
                assertThrows(
                        BackendUnavailableException.class,
                        () -> lookup.open(BackendRequest.of("gpu")));

        assertEquals(
                "no backend for gpu (BackendRequest): gpu: failed to open: %s; cpu: not asked for"
                        .formatted(failure),
                thrown.getMessage());
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aListedProviderThatIsNotFoundIsReported(Error error) {
        assertEquals(
                "cannot be loaded: " + error,
                passedOver(FakeLookup.of().lookupDies(error), "(provider not found, 1)"));
    }

    @Test
    void everyBrokenProviderIsInTheReport() {
        FakeLookup lookup =
                FakeLookup.of()
                        .lookupDies(new ServiceConfigurationError("first"))
                        .lookupDies(new ServiceConfigurationError("second"))
                        .constructorDies(FakeProvider.class, missing)
                        .and(available("cpu", 1));

        SelectionReport report = lookup.report(AUTO);

        assertEquals(4, report.candidates().size());
        assertTrue(verdict(report, "(provider not found, 1)").contains("first"));
        assertTrue(verdict(report, "(provider not found, 2)").contains("second"));
        assertTrue(verdict(report, FakeProvider.class.getName()).contains("Vector"));
        assertEquals("tried first", verdict(report, "cpu"));
    }

    @Test
    void anUnknownIdTellsWhatCouldNotBeLoaded() {
        FakeLookup lookup = FakeLookup.of().constructorDies(FakeProvider.class, missing);

        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> lookup.open(BackendRequest.of("gpu")));

        assertEquals(
                "BackendRequest: unknown backend gpu; known here: none; %s: cannot be loaded: %s"
                        .formatted(FakeProvider.class.getName(), missing),
                thrown.getMessage());
    }

    @Test
    void aLookupThatFailsForEverIsGivenUp() {
        var endless =
                Stream.<ServiceLoader.Provider<BackendProvider>>generate(
                        dying(new ServiceConfigurationError("cannot read services")));

        var report = new ProviderSearch(AUTO, endless).report();

        assertEquals(100, report.candidates().size());
    }

    @Test
    void theFirstOfTwoProvidersWithOneIdIsUsed() {
        FakeProvider first = available("cpu", 1);
        FakeProvider second = available("cpu", 2);

        Selection selection = FakeLookup.of(first, second).open(AUTO);

        assertSame(first.opened().getFirst(), selection.backend());
        assertEquals(
                "another provider has the same id cpu",
                verdict(selection.report(), FakeProvider.class.getName()));
    }

    /** A backend whose check of the program throws. */
    private static FakeBackend checking(RuntimeException exception) {
        return new FakeBackend(List.of()) {
            @Override
            public List<Rejection> unsupported(Program program) {
                throw exception;
            }
        };
    }

    @Test
    void aBackendThatCannotLinkItsCheckIsClosedAndReported() {
        var backend =
                new FakeBackend(List.of()) {
                    @Override
                    public List<Rejection> unsupported(Program program) {
                        throw missing;
                    }
                };

        assertEquals(
                "failed to check the program: " + missing,
                passedOver(FakeLookup.of(broken("gpu", backend)), "gpu"));
        assertEquals(1, backend.closed());
    }

    @Test
    void aDeviceThatFailsInItsCheckIsClosedAndReported() {
        var failure = new BackendException("gpu: lost");
        FakeBackend backend = checking(failure);

        assertEquals(
                "failed to check the program: " + failure,
                passedOver(FakeLookup.of(broken("gpu", backend)), "gpu"));
        assertEquals(1, backend.closed());
    }

    @Test
    void aBugInTheCheckIsThrownAndTheBackendClosed() {
        var bug = new IllegalStateException("bug");
        FakeBackend backend = checking(bug);
        FakeLookup lookup = FakeLookup.of(broken("gpu", backend), available("cpu", 1));

        assertSame(bug, assertThrows(IllegalStateException.class, () -> lookup.open(AUTO)));
        assertEquals(1, backend.closed());
    }

    @Test
    void aFailureToCloseDoesNotHideTheFirstFailure() {
        var bug = new IllegalStateException("bug");
        var closing = new BackendException("close failed");
        var backend =
                new FakeBackend(List.of()) {
                    @Override
                    public List<Rejection> unsupported(Program program) {
                        throw bug;
                    }

                    @Override
                    public void close() {
                        throw closing;
                    }
                };
        FakeLookup lookup = FakeLookup.of(broken("gpu", backend));

        assertSame(bug, assertThrows(IllegalStateException.class, () -> lookup.open(AUTO)));
        assertEquals(List.of(closing), List.of(bug.getSuppressed()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "auto", "a,b", "GPU", "my gpu"})
    void aProviderWhoseIdCannotBeAskedForIsPassedOver(String id) {
        var provider =
                new FakeProvider(
                        () -> id,
                        () -> new Available("x", 900),
                        () -> {
                            throw new AssertionError("not to be opened");
                        });

        assertEquals(
                "its id '%s' cannot be asked for: expected a-z, 0-9, - and not auto".formatted(id),
                passedOver(FakeLookup.of(provider), FakeProvider.class.getName()));
    }
}
