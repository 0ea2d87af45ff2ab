package dev.trilobit.api.backend;

import static dev.trilobit.api.backend.FakeLookup.verdict;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.SelectionReport.Candidate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Backends} through the real service loader, over a class path with broken providers. */
class BackendsTest {
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void useTheServicePath() {
        Thread.currentThread().setContextClassLoader(new ServicePathLoader());
    }

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void theBestWorkingProviderIsOpened() {
        Selection selection = Backends.select(BackendRequest.auto(), FakeLookup.program());

        try (Backend backend = selection.backend()) {
            assertEquals("plain", selection.id());
            assertEquals("plain device", backend.device().name());
            assertEquals(Optional.of("plain"), selection.report().chosen());
        }
    }

    @Test
    void everyListedProviderIsInTheReport() {
        SelectionReport report = Backends.report(BackendRequest.auto());

        assertEquals(
                List.of(
                        "plain",
                        "nameless",
                        "(provider not found, 1)",
                        "(provider not found, 2)",
                        "dev.trilobit.testprovider.UninitializedProvider"),
                report.candidates().stream().map(Candidate::id).toList());
        assertEquals("tried first", verdict(report, "plain"));
        assertEquals("tried if those before fail", verdict(report, "nameless"));
    }

    @Test
    void theReportTellsWhyAProviderCannotBeLoaded() {
        SelectionReport report = Backends.report(BackendRequest.auto());

        String nowhere = verdict(report, "(provider not found, 1)");
        String unlinked = verdict(report, "(provider not found, 2)");
        String uninitialized = verdict(report, "dev.trilobit.testprovider.UninitializedProvider");
        assertTrue(nowhere.contains("NowhereProvider not found"), nowhere);
        for (String verdict : List.of(unlinked, uninitialized)) {
            assertTrue(verdict.startsWith("cannot be loaded: "), verdict);
            assertTrue(verdict.contains("dev/trilobit/testprovider/MissingLibrary"), verdict);
        }
    }

    @Test
    void aProviderThatCannotBeLoadedIsUnknownByName() {
        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                Backends.select(
                                        BackendRequest.of("uninitialized"), FakeLookup.program()));

        String message = String.valueOf(thrown.getMessage());
        Stream.of("unknown backend uninitialized", "known here: plain, nameless", "MissingLibrary")
                .forEach(part -> assertTrue(message.contains(part), message));
    }

    @Test
    void aBackendThatFailsAfterItWasOpenedIsClosed() {
        var thrown =
                assertThrows(
                        BackendException.class,
                        () -> Backends.select(BackendRequest.of("nameless"), FakeLookup.program()));

        assertEquals("nameless: device lost", thrown.getMessage());
        assertEquals(
                List.of("nameless: was closed"),
                Stream.of(thrown.getSuppressed()).map(Throwable::getMessage).toList());
    }

    @Test
    void thePropertyIsHeardWhenNobodyAsked() {
        System.setProperty(BackendRequest.PROPERTY, "tpu");
        try {
            SelectionReport report = Backends.report(BackendRequest.unspecified());

            assertEquals(BackendRequest.Origin.PROPERTY, report.request().origin());
            assertTrue(verdict(report, "tpu").startsWith("no provider has this id"));
            assertEquals("not asked for", verdict(report, "plain"));
        } finally {
            System.clearProperty(BackendRequest.PROPERTY);
        }
    }
}
