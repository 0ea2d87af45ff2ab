package dev.trilobit.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TypedCommandTest {
    @Test
    void anotherShellTakesIt() {
        assertEquals(
                "trilobit run 'Tom'\\''s dog' --seed=7 ''",
                TypedCommand.text(List.of("run", "Tom's dog", "--seed=7", "")));
    }
}
