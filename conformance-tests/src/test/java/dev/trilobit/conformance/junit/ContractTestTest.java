package dev.trilobit.conformance.junit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.GuardedWeights;
import dev.trilobit.conformance.fixture.RandomWeights;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class ContractTestTest {
    private static final BackendProvider REFUSING =
            new Provider("refusing", new Availability.Available("nothing", 1));

    private static final BackendProvider MISSING =
            new Provider("missing", new Availability.Unavailable("there is no such device"));

    @Test
    void aDeclaredRefusalIsASkippedTestWithItsReason() {
        Subject subject =
                Subject.of(REFUSING).withRefusals(_ -> Optional.of("it has no memory at all"));

        TestAbortedException skipped =
                assertThrows(TestAbortedException.class, () -> run(subject, true));

        assertContains("it has no memory at all", skipped);
    }

    @Test
    void anUndeclaredRefusalFailsWithTheBackendsReason() {
        AssertionFailedError failure =
                assertThrows(AssertionFailedError.class, () -> run(Subject.of(REFUSING), true));

        assertContains("too much for this device", failure);
    }

    @Test
    void aRefusalDeclaredForAnotherProgramFails() {
        Subject subject =
                Subject.of(REFUSING)
                        .withRefusals(
                                program ->
                                        program.vocabulary() > 1000
                                                ? Optional.of("large")
                                                : Optional.empty());

        assertThrows(AssertionFailedError.class, () -> run(subject, true));
    }

    @Test
    void aRequiredProviderThatIsNotAvailableFailsWithItsReason() {
        AssertionFailedError failure =
                assertThrows(AssertionFailedError.class, () -> run(Subject.of(MISSING), true));

        assertContains("there is no such device", failure);
    }

    @Test
    void aProviderThatMayBeMissingIsSkippedWithItsReason() {
        TestAbortedException skipped =
                assertThrows(TestAbortedException.class, () -> run(Subject.of(MISSING), false));

        assertContains("there is no such device", skipped);
    }

    @Test
    void aProviderThatMayBeMissingFailsWhenItIsAskedForByName() {
        String before = System.getProperty(BackendRequest.PROPERTY, "");
        System.setProperty(BackendRequest.PROPERTY, "missing");
        try {
            assertThrows(AssertionFailedError.class, () -> run(Subject.of(MISSING), false));
        } finally {
            if (before.isEmpty()) {
                System.clearProperty(BackendRequest.PROPERTY);
            } else {
                System.setProperty(BackendRequest.PROPERTY, before);
            }
        }
    }

    @Test
    void aCheckThatFindsNothingPasses() {
        var test = new Wrapped(Subject.of(REFUSING), true, new Check("nothing", _ -> {}));

        assertDoesNotThrow(() -> test.runAll());
    }

    @Test
    void aFailureHasEveryFinding() {
        var check =
                new Check(
                        "two",
                        trial -> {
                            trial.fail("the first");
                            trial.atMost("the second", Double.NaN, 1);
                        });
        var test = new Wrapped(Subject.of(REFUSING), true, check);

        AssertionFailedError failure = assertThrows(AssertionFailedError.class, test::runAll);

        assertContains("the first", failure);
        assertContains("the second", failure);
    }

    @Test
    void everyCheckIsATestOfItsName() {
        var test = new Wrapped(Subject.of(REFUSING), true, new Check("a case", _ -> {}));

        assertEquals(
                List.of("a case"),
                test.keepsTheContract().map(DynamicTest::getDisplayName).toList());
    }

    private static void run(Subject subject, boolean required) throws Throwable {
        new Wrapped(subject, required, new Check("compiles", ContractTestTest::compile)).runAll();
    }

    private static void compile(Trial trial) {
        var table = new MatrixShape(3, 4);
        var format = new Dense(FloatType.F32);
        GuardedWeights weights = trial.keep(new GuardedWeights());
        weights.add(new RandomWeights(1).matrix("table", table, format, 1));
        var builder = new ProgramBuilder(table.rows());
        builder.embed(new WeightRef("table", table, format));
        trial.compile(builder.build(), weights, trial.options(1, 1));
    }

    private static void assertContains(String expected, Throwable thrown) {
        assertTrue(String.valueOf(thrown.getMessage()).contains(expected), thrown::toString);
    }

    /** A contract of one check, run as JUnit would. */
    private static final class Wrapped extends ContractTest {
        private final Subject subject;
        private final boolean required;

        Wrapped(Subject subject, boolean required, Check check) {
            super(new OneCheck(check));
            this.subject = subject;
            this.required = required;
        }

        @Override
        protected Subject subject() {
            return subject;
        }

        @Override
        protected boolean required() {
            return required;
        }

        void runAll() throws Throwable {
            for (DynamicTest test : keepsTheContract().toList()) {
                test.getExecutable().execute();
            }
        }
    }

    private record OneCheck(Check check) implements Contract {
        @Override
        public String name() {
            return "one";
        }

        @Override
        public List<Check> checks() {
            return List.of(check);
        }
    }

    /** Opens a backend that refuses every program. */
    private record Provider(String id, Availability probe) implements BackendProvider {
        @Override
        public Backend open() {
            return new Backend() {
                @Override
                public DeviceInfo device() {
                    return new DeviceInfo("none", Map.of());
                }

                @Override
                public List<Rejection> unsupported(Program program) {
                    return List.of(new Rejection("program", "too much for this device"));
                }

                @Override
                public CompiledProgram compile(
                        Program program, WeightSource weights, CompileOptions options) {
                    throw new IllegalStateException("compiled although it is unsupported");
                }

                @Override
                public void close() {
                    // Nothing was opened.
                }
            };
        }
    }
}
