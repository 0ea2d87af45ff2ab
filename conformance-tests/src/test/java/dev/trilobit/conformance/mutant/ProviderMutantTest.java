package dev.trilobit.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.behavior.ProviderContract;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that are wrong before anything is compiled. */
class ProviderMutantTest {
    private static final String ID = "the id is lower-case and stable";
    private static final String PROBE = "the probe is quick, repeatable and without side effects";
    private static final String DEVICE = "the device has a name";
    private static final String DECODER = "a decoder is supported or refused by declaration .*";
    private static final String REFUSED =
            "a refused program is not compiled and every reason is told";
    private static final Availability.Available AVAILABLE = new Availability.Available("made", 1);

    private static final DeviceInfo MADE = new DeviceInfo("made by a test", Map.of());

    @Test
    void aProviderMadeByHandKeepsWhatNeedsNoInstallation() {
        Subject subject = subject("made", () -> AVAILABLE, new Made(MADE, List.of()));

        for (String check : List.of(ID, PROBE, DEVICE, DECODER)) {
            assertEquals(List.of(), failures(check, subject));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Scalar", "auto", "a,b", "under_score", "-dash"})
    void anIdThatUsersCannotWriteFails(String id) {
        assertFails(ID, subject(id, () -> AVAILABLE, new Made(MADE, List.of())));
    }

    @Test
    void anIdThatChangesFails() {
        var asked = new AtomicInteger();

        assertFails(
                ID,
                Subject.of(
                        new MadeProvider(
                                () -> "made-" + asked.incrementAndGet(),
                                () -> AVAILABLE,
                                new Made(MADE, List.of()))));
    }

    @Test
    void aProbeThatThrowsFails() {
        assertFails(
                PROBE,
                subject(
                        "made",
                        () -> {
                            throw new UnsatisfiedLinkError("no such library");
                        },
                        new Made(MADE, List.of())));
    }

    @Test
    void aProbeThatChangesItsMindFails() {
        var asked = new AtomicInteger();

        assertFails(
                PROBE,
                subject(
                        "made",
                        () -> new Availability.Available("made", asked.incrementAndGet()),
                        new Made(MADE, List.of())));
    }

    @Test
    void aProbeThatSetsAPropertyFails() {
        String name = "trilobit.test.probe";
        try {
            assertFails(
                    PROBE,
                    subject(
                            "made",
                            () -> {
                                System.setProperty(name, "probed");
                                return AVAILABLE;
                            },
                            new Made(MADE, List.of())));
        } finally {
            System.clearProperty(name);
        }
    }

    @Test
    void aProviderThatIsNotAvailableFailsWithItsReason() {
        Subject subject =
                subject(
                        "made",
                        () -> new Availability.Unavailable("the device is unplugged"),
                        new Made(MADE, List.of()));

        for (String check : List.of(PROBE, DEVICE)) {
            String findings = String.join(" ", failures(check, subject));
            assertTrue(findings.contains("the device is unplugged"), findings);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two\nlines"})
    void aDeviceWithoutANameOfOneLineFails(String name) {
        var device = new DeviceInfo(name, Map.of());

        assertFails(DEVICE, subject("made", () -> AVAILABLE, new Made(device, List.of())));
    }

    @Test
    void aDevicePropertyThatIsNotDashedLowerCaseFails() {
        var device = new DeviceInfo("made", Map.of("vectorBits", "128"));

        assertFails(DEVICE, subject("made", () -> AVAILABLE, new Made(device, List.of())));
    }

    @Test
    void aProbeThatLeavesAThreadFails() {
        var end = new CountDownLatch(1);
        try {
            assertFails(
                    PROBE,
                    subject(
                            "made",
                            () -> {
                                leaveThread(end);
                                return AVAILABLE;
                            },
                            new Made(MADE, List.of())));
        } finally {
            end.countDown();
        }
    }

    private static void leaveThread(CountDownLatch end) {
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                end.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    @Test
    void aRefusedProgramThatIsCompiledFails() {
        var compiling =
                new CompilesRefused(
                        new Made(MADE, List.of(new Rejection("linear", "it is too hard"))));

        assertFails(REFUSED, subject("made", () -> AVAILABLE, compiling));
    }

    @Test
    void anUndeclaredRefusalFails() {
        var refusing = new Made(MADE, List.of(new Rejection("linear", "it is too hard")));

        assertFails(DECODER, subject("made", () -> AVAILABLE, refusing));
    }

    @Test
    void aDeclaredRefusalIsRefused() {
        var refusing = new Made(MADE, List.of(new Rejection("linear", "it is too hard")));
        Subject subject =
                subject("made", () -> AVAILABLE, refusing)
                        .withRefusals(_ -> Optional.of("only sums"));

        assertTrue(
                results(DECODER, subject).stream()
                        .allMatch(
                                result ->
                                        result.verdict() == Verdict.REFUSED
                                                && result.findings().equals(List.of("only sums"))));
    }

    @Test
    void aRefusalWithoutAReasonFailsEvenIfDeclared() {
        var refusing = new Made(MADE, List.of(new Rejection("linear", " ")));

        assertFails(
                DECODER,
                subject("made", () -> AVAILABLE, refusing)
                        .withRefusals(_ -> Optional.of("only sums")));
    }

    @Test
    void aProviderThatIsNotInstalledFails() {
        Subject subject = subject("made", () -> AVAILABLE, new Made(MADE, List.of()));

        assertFails("the service loader finds the provider once", subject);
        assertFails("the provider has a public no-argument constructor", subject);
        assertFails("a request by name chooses the backend and the report says so", subject);
    }

    private static Subject subject(String id, Supplier<Availability> probe, Backend backend) {
        return Subject.of(new MadeProvider(() -> id, probe, backend));
    }

    private static void assertFails(String check, Subject subject) {
        List<CheckResult> survivors =
                results(check, subject).stream()
                        .filter(result -> result.verdict() != Verdict.FAILED)
                        .limit(3)
                        .toList();
        assertEquals(List.of(), survivors);
    }

    private static List<String> failures(String check, Subject subject) {
        return results(check, subject).stream()
                .filter(result -> result.verdict() == Verdict.FAILED)
                .flatMap(result -> result.findings().stream())
                .toList();
    }

    /** Runs the checks of that name, of which there is at least one. */
    private static List<CheckResult> results(String check, Subject subject) {
        var contract = new ProviderContract();
        List<Check> meant =
                contract.checks().stream().filter(other -> other.name().matches(check)).toList();
        assertTrue(!meant.isEmpty(), () -> "no check " + check);
        return meant.stream().map(one -> Trial.run(contract.name(), one, subject)).toList();
    }

    private record MadeProvider(Supplier<String> name, Supplier<Availability> look, Backend backend)
            implements BackendProvider {
        @Override
        public String id() {
            return name.get();
        }

        @Override
        public Availability probe() {
            return look.get();
        }

        @Override
        public Backend open() {
            return backend;
        }
    }

    /** Compiles what it refuses. */
    private record CompilesRefused(Made made) implements Backend {
        @Override
        public DeviceInfo device() {
            return made.device();
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return made.unsupported(program);
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            return new ScalarProgram(program, Map.of(), options, Faults.NONE);
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }

    /** Compiles nothing. */
    private record Made(DeviceInfo device, List<Rejection> rejections) implements Backend {
        @Override
        public List<Rejection> unsupported(Program program) {
            return rejections;
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            throw new UnsupportedOperationException("nothing is compiled here");
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }
}
