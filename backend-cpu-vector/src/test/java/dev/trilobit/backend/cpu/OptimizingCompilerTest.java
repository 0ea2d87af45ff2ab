package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.Availability;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizingCompilerTest {
    /** Folders from the test classes to those of this package. */
    private static final int PACKAGES = 4;

    private static final String SERVER = "OpenJDK 64-Bit Server VM";

    @Test
    void aServerThatMixesModesHasIt() {
        assertEquals(Optional.empty(), OptimizingCompiler.missing(SERVER, "mixed mode, sharing"));
        assertTrue(new CpuVectorProvider().probe() instanceof Availability.Available);
    }

    @Test
    void otherKindsLackIt() {
        for (String kind : List.of("OpenJDK 64-Bit Zero VM", "OpenJDK Client VM")) {
            Optional<String> reason = OptimizingCompiler.missing(kind, "mixed mode");
            assertTrue(reason.orElse("").contains(kind), reason::toString);
        }
    }

    /** Starts JVMs as a user would; the class path holds the module's own classes and the API's. */
    @ParameterizedTest
    @CsvSource({
        "-XX:TieredStopAtLevel=1, without its optimizing compiler",
        "-Xint, without its optimizing compiler",
        "-XX:MaxVectorSize=8, vectors of 64 bits",
        "-XX:-UsePerfData, processors"
    })
    void theProbeSaysWhatIsMissing(String flag, String expected) throws Exception {
        String said = probe("--add-modules", "jdk.incubator.vector", flag);
        assertTrue(said.contains(expected), said);
        assertEquals(expected.equals("processors"), said.startsWith("Available"), said);
    }

    @Test
    void withoutTheModuleTheProbeNamesIt() throws Exception {
        String said = probe();
        assertTrue(said.contains("--add-modules jdk.incubator.vector"), said);
        assertFalse(said.contains("Error"), said);
    }

    private static String probe(String... flags) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.add("-cp");
        command.add(
                String.join(
                        System.getProperty("path.separator"),
                        place(CpuVectorProvider.class),
                        testClasses(),
                        place(Availability.class)));
        command.add(Probe.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.lines().filter(line -> !line.startsWith("WARNING")).reduce("", (a, b) -> a + b);
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    /** The folder of the test classes, which are a part of the module while tests run. */
    private static String testClasses() throws URISyntaxException {
        URL file =
                Objects.requireNonNull(
                        Probe.class.getResource(Probe.class.getSimpleName() + ".class"));
        return Path.of(file.toURI())
                .getRoot()
                .resolve(
                        Path.of(file.toURI())
                                .subpath(0, Path.of(file.toURI()).getNameCount() - PACKAGES - 1))
                .toString();
    }
}
