package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a folder of its own, with a JDK and a Maven that only tell how they were called.
 */
class LauncherTest {
    private static final String JAVA =
            """
            #!/bin/sh
            for argument in "$@"; do
                case $argument in
                    -XX:AOTCacheOutput=*)
                        printf '%s\\n' "$@" > "${0%/*}/training"
                        [ -e "$0.cannot" ] || echo archive > "${argument#*=}"
                        exit 0
                        ;;
                esac
            done
            printf '%s\\n' "$@"
            """;

    private static final String MAVEN =
            """
            #!/bin/sh
            echo "$JAVA_HOME $*" >> "$0.calls"
            if [ -e "$0.cannot" ]; then
                echo "[ERROR] Foo.java does not compile"
                exit 1
            fi
            : > cli/target/trilobit-cli-1.jar
            """;

    /** What the launcher calls besides java and mvn. */
    private static final List<String> TOOLS =
            List.of(
                    "cat",
                    "dirname",
                    "find",
                    "grep",
                    "head",
                    "mkdir",
                    "mv",
                    "readlink",
                    "rm",
                    "sleep",
                    "tr");

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path home;
    private Path bin;

    @BeforeEach
    void buildTheFolder() throws IOException {
        assumeTrue(
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
                "the launcher is a POSIX shell script");
        // A blank in the path, where careless quoting would show.
        folder = Files.createDirectories(folder.resolve("a folder"));
        home = folder.resolve("home");
        bin = folder.resolve("bin");
        Path script = Path.of("..", "trilobit");
        write(home.resolve("trilobit"), Files.readString(script));
        write(home.resolve("pom.xml"), "");
        write(home.resolve("cli/pom.xml"), "");
        write(home.resolve("cli/src/main/Source.java"), "");
        write(home.resolve("cli/target/trilobit-cli-1.jar"), "");
        write(home.resolve("cli/target/launcher/built"), "");
        write(bin.resolve("mvn"), MAVEN);
        for (String tool : TOOLS) {
            Path usual = Path.of("/usr/bin", tool);
            Path file = Files.exists(usual) ? usual : Path.of("/bin", tool);
            write(bin.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(file));
        }
        environment.put("PATH", bin.toString());
        environment.put("HOME", folder.toString());
        environment.put("JAVA_HOME", jdk("25.0.1").toString());
        setAge(home.resolve("pom.xml"), 100);
        setAge(home.resolve("cli/pom.xml"), 100);
        setAge(home.resolve("cli/src/main/Source.java"), 100);
        setAge(home.resolve("cli/src/main"), 100);
    }

    private static void setAge(Path file, int seconds) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path jdk(String version) throws IOException {
        Path jdk = folder.resolve("jdk-" + version);
        write(jdk.resolve("bin/java"), JAVA);
        write(jdk.resolve("bin/javac"), "");
        write(
                jdk.resolve("release"),
                "IMPLEMENTOR=\"Me\"\nJAVA_RUNTIME_VERSION=\"%1$s+1\"\nJAVA_VERSION=\"%1$s\"\n"
                        .formatted(version));
        return jdk;
    }

    private CommandRun launch(String... arguments) throws IOException, InterruptedException {
        return launch(home.resolve("trilobit"), arguments);
    }

    private CommandRun launch(Path script, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        int code =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start().waitFor();
        return new CommandRun(code, Files.readString(out), Files.readString(err));
    }

    private List<String> mavenCalls() throws IOException {
        Path calls = bin.resolve("mvn.calls");
        return Files.exists(calls) ? Files.readAllLines(calls, StandardCharsets.UTF_8) : List.of();
    }

    @Test
    void argumentsReachTheProgramUnchanged() throws IOException, InterruptedException {
        CommandRun run = launch("run", "Once upon", "*", "it's \"so\"", "");
        assertEquals(0, run.code(), run.err());
        String expected = "dev.trilobit.cli.Trilobit\nrun\nOnce upon\n*\nit's \"so\"\n\n";
        assertTrue(run.out().endsWith(expected), run.out());
    }

    @Test
    void classPathHoldsTheProgramAndItsJars() throws IOException, InterruptedException {
        write(home.resolve("cli/target/lib/b.jar"), "");
        write(home.resolve("cli/target/lib/a.jar"), "");
        String target = home.toRealPath().resolve("cli/target").toString();
        String expected =
                "-cp\n%1$s/trilobit-cli-1.jar:%1$s/lib/a.jar:%1$s/lib/b.jar\n".formatted(target);
        String out = launch().out();
        assertTrue(out.contains(expected), out);
    }

    @Test
    void jarsOfOthersComeLastOnTheClassPathAndNotIntoTheArchive()
            throws IOException, InterruptedException {
        environment.put("TRILOBIT_CLASS_PATH", "my backend.jar:more/classes");
        write(home.resolve("cli/target/lib/a.jar"), "");
        String own =
                "%1$s/trilobit-cli-1.jar:%1$s/lib/a.jar"
                        .formatted(home.toRealPath().resolve("cli/target"));
        CommandRun run = launch("backends");
        assertTrue(
                run.out().contains("-cp\n%s:my backend.jar:more/classes\n".formatted(own)),
                run.out());
        String training = Files.readString(Path.of(environment.get("JAVA_HOME"), "bin/training"));
        assertTrue(training.contains("-cp\n%s\n".formatted(own)), training);
    }

    @Test
    void linkFromAnotherFolderWorks() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("home/trilobit"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), link);
        assertTrue(launch(second, "backends").out().endsWith("\nbackends\n"));
    }

    @Test
    void vectorModuleNativeAccessAndOptionsOfTheUserReachTheJvm()
            throws IOException, InterruptedException {
        environment.put("TRILOBIT_JAVA_OPTS", "-Xmx1g -Dx=*");
        List<String> lines = launch().out().lines().toList();
        for (String option :
                List.of(
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx1g",
                        "-Dx=*")) {
            assertTrue(lines.contains(option), option + " in " + lines);
        }
    }

    @Test
    void olderJdkInJavaHomeIsPassedOver() throws IOException, InterruptedException {
        environment.put("JAVA_HOME", jdk("17.0.9").toString());
        Files.createSymbolicLink(bin.resolve("java"), jdk("26").resolve("bin/java"));
        launch();
        assertTrue(Files.exists(home.resolve("cli/target/launcher/26-1.aot")));
    }

    @Test
    void jdkWithoutTheVectorModuleIsPassedOver() throws IOException, InterruptedException {
        Path reduced = jdk("25.0.2");
        Files.writeString(
                reduced.resolve("release"),
                "JAVA_VERSION=\"25.0.2\"\nJAVA_RUNTIME_VERSION=\"25.0.2+1\"\nMODULES=\"java.base\"\n");
        environment.put("JAVA_HOME", reduced.toString());
        Files.createSymbolicLink(bin.resolve("java"), jdk("26").resolve("bin/java"));
        launch();
        assertTrue(Files.exists(home.resolve("cli/target/launcher/26-1.aot")));
    }

    @Test
    void buildThatIsUpToDateIsNotRepeated() throws IOException, InterruptedException {
        launch();
        assertEquals(List.of(), mavenCalls());
    }

    @Test
    void firstUseBuildsOnceAndSaysSoOnOneLine() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        CommandRun run = launch("--version");
        assertEquals(
                1, run.err().lines().filter(line -> line.contains("building")).count(), run.err());
        launch("--version");
        assertEquals(1, mavenCalls().size());
        String call = mavenCalls().getFirst();
        assertTrue(call.startsWith(environment.get("JAVA_HOME") + " "), call);
        assertTrue(call.contains("-pl cli -am") && call.endsWith(" package"), call);
    }

    @Test
    void newerSourceIsBuilt() throws IOException, InterruptedException {
        setAge(home.resolve("cli/target/launcher/built"), 50);
        setAge(home.resolve("cli/src/main/Source.java"), 10);
        launch();
        assertEquals(1, mavenCalls().size());
    }

    @Test
    void failedBuildShowsTheErrorAndRunsNothing() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        write(bin.resolve("mvn.cannot"), "");
        CommandRun run = launch("--version");
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().contains("Foo.java does not compile"), run.err());
        assertTrue(run.err().contains("build.log"), run.err());
        assertFalse(Files.exists(home.resolve("cli/target/launcher/lock")));
    }

    @Test
    void missingMavenIsSaidInOneLine() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        Files.delete(bin.resolve("mvn"));
        CommandRun run = launch();
        assertEquals(1, run.code());
        assertEquals(
                "trilobit: Maven was not found: install Maven 3.8.7 or later (the command mvn)\n",
                run.err());
    }

    @Test
    void archiveForAQuickStartIsMadeOnceAndThenUsed() throws IOException, InterruptedException {
        CommandRun first = launch();
        CommandRun second = launch();
        assertTrue(first.err().contains("preparing a quick start"), first.err());
        assertEquals("", second.err());
        assertTrue(second.out().contains("\n-XX:AOTCache="), second.out());
    }

    @Test
    void archiveIsMadeAgainForNewJars() throws IOException, InterruptedException {
        launch();
        setAge(home.resolve("cli/target/trilobit-cli-1.jar"), -10);
        CommandRun run = launch();
        assertTrue(run.err().contains("preparing a quick start"), run.err());
    }

    @Test
    void archiveThatCannotBeMadeIsNotTriedAgain() throws IOException, InterruptedException {
        write(Path.of(environment.get("JAVA_HOME"), "bin/java.cannot"), "");
        launch();
        CommandRun second = launch("--version");
        assertEquals("", second.err());
        assertFalse(second.out().contains("AOTCache"), second.out());
        assertTrue(second.out().endsWith("\n--version\n"), second.out());
    }

    @Test
    void lockOfABuildThatDiedIsTakenOver() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        write(home.resolve("cli/target/launcher/lock/owner"), "999999999");
        assertEquals(0, launch().code());
        assertEquals(1, mavenCalls().size());
    }

    @Test
    void lockWithoutAnOwnerIsTakenOver() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        Files.createDirectories(home.resolve("cli/target/launcher/lock"));
        write(bin.resolve("sleep"), "#!/bin/sh\n");
        assertEquals(0, launch().code());
        assertEquals(1, mavenCalls().size());
        assertFalse(Files.exists(home.resolve("cli/target/launcher/lock")));
    }

    /** The tests may run as a user whom no permission stops, so mkdir itself refuses. */
    private void refuseToMakeFolders() throws IOException {
        write(bin.resolve("mkdir"), "#!/bin/sh\nexit 1\n");
    }

    @Test
    void buildWhereNothingCanBeWrittenFailsAndSaysWhy() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        refuseToMakeFolders();
        CommandRun run = launch("--version");
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().contains("cli/target/launcher cannot be written"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertEquals(List.of(), mavenCalls());
    }

    @Test
    void builtProgramRunsWhereNothingCanBeWritten() throws IOException, InterruptedException {
        refuseToMakeFolders();
        CommandRun run = launch("--version");
        assertEquals(0, run.code());
        assertEquals("", run.err());
        assertTrue(run.out().endsWith("\n--version\n"), run.out());
        assertFalse(run.out().contains("AOTCache"), run.out());
    }

    @Test
    void jarOfAnEarlierVersionLeavesTheClassPath() throws IOException, InterruptedException {
        Files.delete(home.resolve("cli/target/launcher/built"));
        write(home.resolve("cli/target/trilobit-cli-0.jar"), "");
        String out = launch().out();
        assertTrue(out.contains("trilobit-cli-1.jar"), out);
        assertFalse(out.contains("trilobit-cli-0.jar"), out);
    }

    @Test
    void runtimeWithoutACompilerRunsABuildAndMakesNone() throws IOException, InterruptedException {
        Path runtime = jdk("25.0.2");
        Files.delete(runtime.resolve("bin/javac"));
        environment.put("JAVA_HOME", runtime.toString());
        Path other = jdk("26");
        Files.createSymbolicLink(bin.resolve("java"), other.resolve("bin/java"));
        launch();
        assertTrue(Files.exists(home.resolve("cli/target/launcher/25.0.2-1.aot")));
        Files.delete(home.resolve("cli/target/launcher/built"));
        launch();
        assertTrue(mavenCalls().getFirst().startsWith(other.toRealPath() + " "));
    }

    @Test
    void jdkOfHomebrewIsFound() throws IOException, InterruptedException {
        Path keg = folder.resolve("brew/opt/openjdk@25/libexec/openjdk.jdk/Contents");
        Files.createDirectories(keg);
        Files.move(jdk("25.9"), keg.resolve("Home"));
        environment.remove("JAVA_HOME");
        environment.put("HOMEBREW_PREFIX", folder.resolve("brew").toString());
        Files.delete(home.resolve("cli/target/launcher/built"));
        launch();
        String call = mavenCalls().getFirst();
        assertTrue(call.startsWith(keg.toString()), call);
    }
}
