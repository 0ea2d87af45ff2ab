package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The option about I2_S tensors where a model has none. */
class I2sLayoutTest {
    private static final String NOTHING = "embedded:bitnet: no I2_S tensors to probe";

    @TempDir private Path folder;

    @Test
    void probeOfAModelWithoutSuchTensorsSaysSoAndGoesOn() {
        String out = folder.resolve("logits.bin").toString();
        for (List<String> command :
                List.of(
                        List.of("run", "-n", "1", "Once"),
                        List.of("inspect", "embedded:bitnet"),
                        List.of("logits", "--tokens", "0", "--out", out))) {
            var arguments = new ArrayList<>(command);
            arguments.add("--i2s-layout=probe");
            CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
            assertEquals(0, run.code(), run.err());
            assertTrue(run.err().contains(NOTHING), run.err());
        }
    }

    @Test
    void layoutDoesNotConcernOtherTensors() {
        CommandRun plain = CommandRun.of("run", "-n", "4", "-t", "0", "Once");
        CommandRun other = CommandRun.of("run", "-n", "4", "-t", "0", "--i2s-layout=c", "Once");
        assertEquals(plain.out(), other.out());
        assertEquals(0, other.code(), other.err());
    }
}
