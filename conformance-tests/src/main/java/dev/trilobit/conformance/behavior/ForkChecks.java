package dev.trilobit.conformance.behavior;

import static dev.trilobit.conformance.behavior.RecordedSession.slice;

import dev.trilobit.conformance.contract.Check;
import java.util.List;

/** What {@link dev.trilobit.api.backend.DecoderSession#fork} promises. */
final class ForkChecks {
    private ForkChecks() {}

    static void addTo(List<Check> checks, SessionCase example) {
        SessionContract.add(
                checks, example, "a fork and its parent go on independently", ForkChecks::goOnBoth);
        SessionContract.add(
                checks, example, "a fork outlives its parent", ForkChecks::outliveParent);
        SessionContract.add(
                checks, example, "a fork at position 0 is a fresh session", ForkChecks::forkEmpty);
    }

    /** Forks at positions round a page of 64, also from a fork, and takes turns. */
    private static void goOnBoth(OpenDecoder open) {
        for (int at : new int[] {1, 30, 63, 64, 65}) {
            int[] prefix = open.tokens(at, 31);
            int[] one = open.tokens(9, 32);
            int[] two = open.tokens(9, 33);
            int[] three = open.tokens(9, 34);
            RecordedSession parent = open.session().forwardInSteps(prefix, 24);
            RecordedSession child = open.fork(parent);
            RecordedSession grandchild = open.fork(child);
            for (int t = 0; t < one.length; t += 3) {
                parent.forward(slice(one, t, t + 3));
                child.forward(slice(two, t, t + 3));
                grandchild.forward(slice(three, t, t + 3));
            }
            requireWhole(open, "the parent, forked at " + at, prefix, one, parent);
            requireWhole(open, "the child, forked at " + at, prefix, two, child);
            requireWhole(open, "the grandchild, forked at " + at, prefix, three, grandchild);
            child.truncate(at / 2).forward(three);
            parent.forward(two[0]);
            requireWhole(
                    open,
                    "the child, truncated to %d after a fork at %d".formatted(at / 2, at),
                    slice(prefix, 0, at / 2),
                    three,
                    child);
            grandchild.forward(one[0]);
        }
    }

    private static void requireWhole(
            OpenDecoder open, String what, int[] prefix, int[] rest, RecordedSession session) {
        RecordedSession fresh = open.session().forwardInSteps(prefix, 24);
        for (int t = 0; t < rest.length; t += 3) {
            fresh.forward(slice(rest, t, t + 3));
        }
        open.requireSameFrom(prefix.length, what, fresh.rows(), session.rows());
        fresh.session().close();
    }

    private static void outliveParent(OpenDecoder open) {
        int[] prefix = open.tokens(50, 35);
        int[] rest = open.tokens(20, 36);
        RecordedSession parent = open.session().forwardInSteps(prefix, 10);
        RecordedSession child = open.fork(parent);
        RecordedSession sibling = open.fork(parent);
        parent.session().close();
        open.alone(open.tokens(60, 37), 24);
        RecordedSession fresh = open.session().forwardInSteps(prefix, 10).forwardInSteps(rest, 4);
        child.forwardInSteps(rest, 4);
        open.requireSameFrom(
                prefix.length, "a fork of a closed parent", fresh.rows(), child.rows());
        child.session().close();
        sibling.forwardInSteps(rest, 4);
        open.requireSameFrom(prefix.length, "its sibling", fresh.rows(), sibling.rows());
    }

    private static void forkEmpty(OpenDecoder open) {
        int[] tokens = open.tokens(20, 38);
        int[] others = open.tokens(20, 39);
        RecordedSession parent = open.session();
        RecordedSession child = open.fork(parent);
        parent.forward(others);
        RecordedSession rewound = open.fork(parent.truncate(0));
        child.forward(tokens);
        rewound.forward(tokens);
        parent.forward(others);
        open.requireSame("a fork of an empty session", open.alone(tokens, 20), child.rows());
        open.requireSame("a fork of a rewound session", open.alone(tokens, 20), rewound.rows());
        open.requireSame("the parent", open.alone(others, 20), parent.rows());
    }
}
