package dev.trilobit.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Runs the committed corpus once more, without Jazzer. */
class CorpusTest {
    private static final Path CORPUS = Path.of("corpus");

    /** Seeds of this name are wrong on purpose. */
    private static final String BROKEN = "seed-broken-";

    private static final long LARGEST = 32_768;

    @TestFactory
    Stream<DynamicNode> everyInputStaysWithinWhatItsParserDeclares() {
        return Stream.of(FuzzTarget.values())
                .map(target -> dynamicContainer(target.id(), tests(target)));
    }

    private static Stream<DynamicNode> tests(FuzzTarget target) {
        return inputs(target).stream()
                .map(file -> dynamicTest(file.getFileName().toString(), () -> run(target, file)));
    }

    /** A seed that no longer opens would lead the fuzzer nowhere, so it must. */
    private static void run(FuzzTarget target, Path file) throws IOException {
        byte[] input = Files.readAllBytes(file);
        String name = file.getFileName().toString();
        assertTrue(input.length <= LARGEST, "inputs are small; " + file + ": " + input.length);
        if (name.startsWith("seed-") && !name.startsWith(BROKEN)) {
            target.parse(input);
        } else {
            target.accept(input);
        }
    }

    private static List<Path> inputs(FuzzTarget target) {
        try (var files = Files.list(CORPUS.resolve(target.id()))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
