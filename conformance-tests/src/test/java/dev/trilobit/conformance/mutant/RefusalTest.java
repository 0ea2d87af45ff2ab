package dev.trilobit.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.Contracts;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that refuses nearly every format keeps all promises that are about no format. */
class RefusalTest {
    private static final Subject FEW_FORMATS =
            Subject.of(new FewFormats(new ScalarProvider(Faults.NONE)));

    @ParameterizedTest
    @ValueSource(strings = {"lifecycle", "concurrency"})
    void aDeclaredRefusalOfFormatsSwitchesOffNoCheckThatIsAboutNone(String contract) {
        Subject declared =
                FEW_FORMATS.withRefusals(
                        program -> runs(program) ? Optional.empty() : Optional.of("four bits"));

        List<String> others =
                results(contract, declared).stream()
                        .filter(result -> result.verdict() != Verdict.PASSED)
                        .map(CheckResult::toString)
                        .toList();

        assertEquals(List.of(), others);
    }

    @Test
    void anUndeclaredRefusalFailsThoughAnotherDecoderWouldRun() {
        List<CheckResult> results = results("concurrency", FEW_FORMATS);

        assertFalse(results.isEmpty());
        results.forEach(result -> assertEquals(Verdict.FAILED, result.verdict(), result::toString));
    }

    /** Runs the checks that do not name a decoder. */
    private static List<CheckResult> results(String contract, Subject subject) {
        return Contracts.standard().stream()
                .filter(other -> other.name().equals(contract))
                .flatMap(found -> found.checks().stream())
                .filter(check -> !check.name().contains("("))
                .map(check -> Trial.run(contract, check, subject))
                .toList();
    }

    private static boolean runs(Program program) {
        return program.ops().stream()
                .allMatch(
                        op -> !(op instanceof Op.Linear linear) || runs(linear.weight().format()));
    }

    private static boolean runs(WeightFormat format) {
        return format instanceof Dense
                || (format instanceof Affine(int bits, int _, FloatType _) && bits == 4);
    }

    /** Multiplies with numbers and with weights of four bits. */
    private record FewFormats(BackendProvider all) implements BackendProvider {
        @Override
        public String id() {
            return all.id();
        }

        @Override
        public Availability probe() {
            return all.probe();
        }

        @Override
        public Backend open() {
            return new FewFormatsBackend(all.open());
        }
    }

    private record FewFormatsBackend(Backend all) implements Backend {
        @Override
        public DeviceInfo device() {
            return all.device();
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return runs(program) ? List.of() : List.of(new Rejection("linear", "not four bits"));
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            return all.compile(program, weights, options);
        }

        @Override
        public void close() {
            all.close();
        }
    }
}
