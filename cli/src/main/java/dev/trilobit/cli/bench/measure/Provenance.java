package dev.trilobit.cli.bench.measure;

import dev.trilobit.cli.io.TypedCommand;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where and when figures were measured, without which they mean nothing.
 *
 * @param started to the second
 * @param command as it was typed
 * @param build of this program
 * @param machine it ran on
 */
public record Provenance(Instant started, String command, Build build, Machine machine) {
    /**
     * Which Trilobit.
     *
     * @param version of the release
     * @param commit of the sources, with a mark if they were changed since; empty if unknown
     */
    public record Build(String version, String commit) {}

    /**
     * What it ran on.
     *
     * @param processor name, family and model
     * @param processors that the virtual machine may use
     * @param system name and version of the operating system, and the architecture
     * @param java version of the runtime
     */
    public record Machine(String processor, int processors, String system, String java) {}

    /** Returns the facts of this run. */
    public static Provenance of(CommandSpec spec) {
        String version = Provenance.class.getPackage().getImplementationVersion();
        return new Provenance(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                TypedCommand.of(spec),
                new Build(
                        Optional.ofNullable(version).orElse("(unpackaged build)"),
                        SourceCommit.name().orElse("")),
                new Machine(
                        Processor.name(),
                        Runtime.getRuntime().availableProcessors(),
                        "%s %s %s"
                                .formatted(
                                        System.getProperty("os.name"),
                                        System.getProperty("os.version"),
                                        System.getProperty("os.arch")),
                        Runtime.version().toString()));
    }

    /** Returns flat facts for programs; a commit that is not known is null. */
    public Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("date", started.toString());
        facts.put("command", command);
        facts.put("version", build.version());
        facts.put("commit", build.commit().isEmpty() ? null : build.commit());
        facts.put("processor", machine.processor());
        facts.put("processors", machine.processors());
        facts.put("system", machine.system());
        facts.put("java", machine.java());
        return facts;
    }

    /** Returns lines for people. */
    public List<String> lines() {
        String commit = build.commit().isEmpty() ? "" : ", commit " + build.commit();
        return List.of(
                "machine: %s; %d processors; %s; Java %s"
                        .formatted(
                                machine.processor(),
                                machine.processors(),
                                machine.system(),
                                machine.java()),
                "%s; Trilobit %s%s; %s".formatted(started, build.version(), commit, command));
    }
}
