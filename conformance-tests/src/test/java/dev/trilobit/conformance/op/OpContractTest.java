package dev.trilobit.conformance.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Measurement;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpContractTest {
    private static final String ADD = "add";

    private static CheckResult run(String check, Subject subject) {
        Check found =
                new OpContract()
                        .checks().stream()
                                .filter(each -> each.name().equals(check))
                                .findFirst()
                                .orElseThrow();
        return Trial.run("op", found, subject);
    }

    private static Subject flawed(FlawedOracle.Flaw flaw) {
        return Subject.of(new FlawedOracle(flaw));
    }

    @Test
    void namesAreUniqueAndStartWithTheOp() {
        List<String> names = new OpContract().checks().stream().map(Check::name).toList();
        assertEquals(names.size(), names.stream().distinct().count());
        for (String name : names) {
            assertTrue(
                    name.matches("(embed|linear|rms-norm|rope|attend|gate|add)\\b.*"),
                    () -> "check " + name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ADD,
                "embed ternary in groups",
                "embed affine",
                "linear affine3-g64, int8 activations",
                "linear ternary, sums of whole inputs are exact",
                "linear ternary, exact halves round to even",
                "rms-norm, each head",
                "attend, heads of 22",
                "attend, equal and sharp scores",
                "gate, silu"
            })
    void theOracleRoundedToFloatPasses(String check) {
        CheckResult result = run(check, flawed(FlawedOracle.Flaw.NONE));
        assertEquals(List.of(), result.findings());
        assertEquals(Verdict.PASSED, result.verdict());
        assertTrue(result.measurements().stream().anyMatch(m -> m.value() > 0 || m.limit() == 1));
    }

    /** Inputs that are rounded before the sum leave residues where whole sums are zero. */
    @Test
    void sumsOfRoundedQuotientsAreNotExact() {
        CheckResult result =
                run(
                        "linear ternary, sums of rounded inputs are exact",
                        flawed(FlawedOracle.Flaw.NONE));
        assertEquals(Verdict.FAILED, result.verdict());
        assertTrue(
                result.findings().getFirst().contains("expected 0.00000000"),
                result.findings().getFirst());
    }

    @ParameterizedTest
    @EnumSource(
            names = {"NONE", "REFUSES", "REFUSES_SOME", "FORGETFUL"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyFlawIsFound(FlawedOracle.Flaw flaw) {
        CheckResult result = run(ADD, flawed(flaw));
        assertEquals(Verdict.FAILED, result.verdict());
        assertTrue(result.findings().getFirst().contains("seed"), result.findings().getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rope, plain", "attend, heads of 22"})
    void stepsThatForgetTheirPositionAreFound(String check) {
        CheckResult result = run(check, flawed(FlawedOracle.Flaw.FORGETFUL));
        assertEquals(Verdict.FAILED, result.verdict());
        assertTrue(
                result.findings().stream().anyMatch(finding -> finding.contains("steps of 1, 2")),
                () -> "findings " + result.findings());
        assertFalse(
                result.findings().stream().anyMatch(finding -> finding.contains("one step")),
                () -> "findings " + result.findings());
    }

    @Test
    void aNumberThatIsNoneIsInfinitelyFarOff() {
        CheckResult result = run(ADD, flawed(FlawedOracle.Flaw.NOT_A_NUMBER));
        assertEquals(
                List.of(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY),
                result.measurements().stream().map(Measurement::value).toList());
    }

    @Test
    void aWrongSumIsFoundHoweverCoarseTheRoundoff() {
        Budget f32 = Budget.float32();
        var coarse = new Budget("coarse", 0x1p-6, 1, f32.floatActivations(), f32.int8Activations());
        CheckResult result =
                run(
                        "linear ternary, sums of whole inputs are exact",
                        flawed(FlawedOracle.Flaw.SCALED).withBudget(coarse));
        assertEquals(Verdict.FAILED, result.verdict());
        assertEquals(
                List.of("whole sums off"),
                result.measurements().stream()
                        .filter(m -> !m.passes())
                        .map(Measurement::name)
                        .toList());
    }

    @Test
    void aWeightThatIsWrittenToIsNamed() {
        CheckResult result = run(ADD, flawed(FlawedOracle.Flaw.WRITES_WEIGHTS));
        assertTrue(
                result.findings().stream().anyMatch(finding -> finding.contains("[input.0]")),
                () -> "findings " + result.findings());
    }

    @Test
    void aDeclaredRefusalIsNoFailure() {
        Subject subject =
                flawed(FlawedOracle.Flaw.REFUSES).withRefusals(_ -> Optional.of("by design"));
        CheckResult result = run(ADD, subject);
        assertEquals(Verdict.REFUSED, result.verdict());
        assertEquals(List.of("by design"), result.findings());
    }

    @Test
    void aDeclaredRefusalOfSomeShapesIsNotedWithItsReason() {
        Subject subject =
                flawed(FlawedOracle.Flaw.REFUSES_SOME).withRefusals(_ -> Optional.of("by design"));
        CheckResult result = run(ADD, subject);
        assertEquals(Verdict.PASSED, result.verdict());
        assertEquals(
                List.of(4.0),
                result.measurements().stream()
                        .filter(m -> m.name().equals("refused by design: by design, programs"))
                        .map(Measurement::value)
                        .toList());
        assertTrue(result.measurements().stream().anyMatch(m -> m.name().startsWith("largest")));
    }

    @Test
    void anUndeclaredRefusalIsAFailure() {
        CheckResult result = run(ADD, flawed(FlawedOracle.Flaw.REFUSES));
        assertEquals(Verdict.FAILED, result.verdict());
        assertTrue(result.findings().getFirst().contains("not today"));
    }
}
