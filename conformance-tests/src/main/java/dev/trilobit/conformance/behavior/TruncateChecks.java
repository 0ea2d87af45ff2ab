package dev.trilobit.conformance.behavior;

import static dev.trilobit.conformance.behavior.RecordedSession.slice;

import dev.trilobit.conformance.contract.Check;
import java.util.List;

/** What {@link dev.trilobit.api.backend.DecoderSession#truncate} promises. */
final class TruncateChecks {
    private TruncateChecks() {}

    static void addTo(List<Check> checks, SessionCase example) {
        SessionContract.add(
                checks,
                example,
                "truncate then forward equals a fresh session",
                TruncateChecks::truncateAndGoOn);
        SessionContract.add(
                checks,
                example,
                "truncating again and again leaves no trace",
                TruncateChecks::truncateOften);
    }

    /** Positions round a page of 64 and round a step, and both ends. */
    private static void truncateAndGoOn(OpenDecoder open) {
        int[] first = open.tokens(70, 21);
        for (int position : new int[] {0, 1, 7, 23, 24, 25, 63, 64, 65, 69, 70}) {
            int[] second = open.tokens(8, 100 + position);
            RecordedSession session = open.session().forwardInSteps(first, 24).truncate(position);
            open.trial()
                    .require(
                            session.session().position() == position,
                            "truncated to %d, got position %d"
                                    .formatted(position, session.session().position()));
            session.forwardInSteps(second, 5);
            RecordedSession fresh =
                    open.session()
                            .forwardInSteps(slice(first, 0, position), 24)
                            .forwardInSteps(second, 5);
            open.requireSameFrom(
                    position, "truncated to " + position, fresh.rows(), session.rows());
        }
    }

    /** As speculation does: three of five drafted tokens are wrong each time. */
    private static void truncateOften(OpenDecoder open) {
        int[] tokens = open.tokens(60, 22);
        RecordedSession session = open.session();
        for (int from = 0; from < tokens.length; from += 2) {
            session.forward(slice(tokens, from, from + 2));
            session.forward(open.tokens(3, 200 + from)).truncate(from + 2);
        }
        open.requireSame("after 30 rejected drafts", open.alone(tokens, 2), session.rows());
        session.truncate(0);
        int[] others = open.tokens(40, 23);
        session.forwardInSteps(others, 8);
        open.requireSame("from 0 again", open.alone(others, 8), session.rows());
    }
}
