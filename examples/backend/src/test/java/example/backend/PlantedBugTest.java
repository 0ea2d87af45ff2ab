package example.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.op.OpContract;
import org.junit.jupiter.api.Test;

/** A suite that cannot fail proves nothing: one forgotten mask must turn it red. */
class PlantedBugTest {
    private static final OpContract CONTRACT = new OpContract();

    @Test
    void forgottenMinusMaskFails() {
        Check red =
                CONTRACT.checks().stream()
                        .filter(check -> run(check, forgetful()).verdict() == Verdict.FAILED)
                        .findFirst()
                        .orElseGet(() -> fail("no check noticed the bug"));

        CheckResult honest = run(red, new BitPlaneProvider());

        assertEquals(Verdict.PASSED, honest.verdict(), () -> honest.toString());
    }

    private static CheckResult run(Check check, BackendProvider provider) {
        return Trial.run(CONTRACT.name(), check, Subject.of(provider));
    }

    private static BackendProvider forgetful() {
        return new BackendProvider() {
            @Override
            public String id() {
                return "bitplane-forgetful";
            }

            @Override
            public Availability probe() {
                return new Availability.Available("a backend with a bug", 1);
            }

            @Override
            public Backend open() {
                return new BitPlaneBackend(PlantedBugTest::packForgetfully);
            }
        };
    }

    /** As the honest packer, but no weight is negative in the last of several words of a row. */
    private static Matrix packForgetfully(Weight weight) {
        if (!(weight.format() instanceof Ternary(var _, ScaleGranularity.PerTensor()))) {
            return Packer.BIT_PLANES.pack(weight);
        }
        int cols = weight.shape().cols();
        var layout = new WordLayout(cols, cols);
        var in = new WeightReader(weight);
        long[][] minus = in.masks(layout, 0);
        int last = layout.words() - 1;
        for (long[] row : minus) {
            row[last] = last == 0 ? row[last] : 0;
        }
        return new TernaryMatrix(layout, in.masks(layout, 2), minus, in.scale());
    }
}
