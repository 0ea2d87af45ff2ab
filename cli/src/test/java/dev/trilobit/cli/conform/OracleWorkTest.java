package dev.trilobit.cli.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OracleWorkTest {
    @Test
    void lineSaysHowMuchThereIsToWalkAndAboutHowLongItTakes() {
        String line = new OracleWork(2560, 20, 14_155_776, 1).describe("a-model", 2);
        assertTrue(
                line.startsWith(
                        "a-model: the oracle walks 2,560 tokens x 14,155,776 weights in float64, about "),
                line);
    }

    @Test
    void moreCoresTakeLessAndMoreTokensMore() {
        var work = new OracleWork(1000, 10, 1 << 20, 1);
        Duration one = work.estimate(1);
        assertEquals(one.dividedBy(2).toMillis(), work.estimate(2).toMillis());
        assertTrue(new OracleWork(2000, 10, 1 << 20, 1).estimate(1).compareTo(one) > 0);
    }

    @Test
    void everyBackendIsComparedWithAWalkOfItsOwn() {
        Duration one = new OracleWork(1000, 10, 1 << 20, 1).estimate(2);
        var three = new OracleWork(1000, 10, 1 << 20, 3);
        assertTrue(Math.abs(3 * one.toMillis() - three.estimate(2).toMillis()) <= 3);
        assertTrue(three.describe("m", 2).contains("once for each of 3 backends"));
    }

    @Test
    void largeModelsAreDecodedAgainForEachSequence() {
        long weights = 1L << 31;
        Duration one = new OracleWork(100, 1, weights, 1).estimate(1);
        Duration ten = new OracleWork(100, 10, weights, 1).estimate(1);
        assertTrue(ten.compareTo(one) > 0);
        assertTrue(new OracleWork(25_600, 200, weights, 1).describe("m", 2).contains("hours"));
    }
}
