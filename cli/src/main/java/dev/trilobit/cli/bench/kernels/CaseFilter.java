package dev.trilobit.cli.bench.kernels;

import dev.trilobit.cli.io.UsageException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that chooses among cases. */
final class CaseFilter {
    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = {
                "Only cases in whose name this is found, such as"
                        + " 'binary-g128 4096x4096 m1'; their bf16 cases are measured too."
            })
    private @Nullable String pattern;

    /**
     * Returns the cases that are wanted, with those they are compared with.
     *
     * @throws UsageException if the pattern is none, or nothing is left
     */
    List<KernelCase> apply(List<KernelCase> cases) {
        if (pattern == null) {
            return cases;
        }
        Pattern wanted = compile(pattern);
        List<KernelCase> found =
                cases.stream().filter(one -> wanted.matcher(one.label()).find()).toList();
        if (found.isEmpty()) {
            throw new UsageException(
                    "--filter: none of %d cases has '%s' in its name; one is called '%s'"
                            .formatted(cases.size(), pattern, cases.getFirst().label()));
        }
        return cases.stream()
                .filter(
                        one ->
                                found.contains(one)
                                        || found.stream()
                                                .anyMatch(other -> other.baseline().equals(one)))
                .toList();
    }

    private static Pattern compile(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new UsageException(
                    "--filter: '%s' is no regular expression: %s"
                            .formatted(text, e.getDescription()),
                    e);
        }
    }
}
