package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions of published tokenizers pass; those that take the library down do not. */
class RegexBudgetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                // Llama 3, GPT-2, GPT-4o, DeepSeek, Command R, Kimi
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[\u4e00-\u9fa5\u3040-\u309f]+",
                "\\p{N}{1,3}(?=(?:\\p{N}{3})*(\\P{N}|$))",
                "[\\p{Han}]+|[\\p{Lu}&&[^\\p{Han}]]*[\\p{Ll}&&[^\\p{Han}]]+(?i:'s|'t)?",
                "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$",
                "[[:alpha:]]+|{x}| {2,}"
            })
    void expressionsOfPublishedTokenizersPass(String regex) {
        assertEquals(Optional.empty(), RegexBudget.problem(regex));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(?:a+)+", "(?:a|a)*b", "(a?){30}", "(?=(?:a|a)*c)a", "(?:a|b){2,9}"})
    void groupsWhoseWaysMultiplyAreNotRepeated(String regex) {
        assertProblem("repeats a group that can match in several ways", regex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a*a*a*", "a?b?c?d?e?f?g?", "a{1}?b{1}?c{1}?d{1}?e{1}?f{1}?g{1}?"})
    void waysOfOneBranchAreLimited(String regex) {
        assertProblem("can match the same text in too many ways", regex);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "a{1,3}+ repeats",
                "a** repeats",
                "(a)\\1 escape",
                "(?<n>a) kind",
                "(?x)a kind",
                "(*FAIL) callout",
                "[a[:b](?:a|a)*] class",
                "\\c[(?:a|a)*] escape"
            })
    void whatHidesRepetitionsIsRefused(String regex, String problem) {
        assertProblem(problem, regex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a|", "x*", "(?:)", "^", "$|a", "\\b", "(a|)", "(?=a)", "a{0,3}", "a{2}?"
            })
    void replacedMatchesAreNotEmpty(String regex) {
        assertEquals(Optional.of("can match nothing"), RegexBudget.problemOfReplaced(regex));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a?b", "(a|b)", "(?i:'s)|.", "[a]{1,}", " {2,}", "(?<=a)b", "\\s+"})
    void replacedMatchesOfOneCharacterPass(String regex) {
        assertEquals(Optional.empty(), RegexBudget.problemOfReplaced(regex));
    }

    @Test
    void nestingAndLengthAreLimited() {
        assertProblem("nests deeper", "(".repeat(3000) + ")".repeat(3000));
        assertProblem("nests deeper", "[".repeat(3000) + "]".repeat(3000));
        assertProblem("longer", "a".repeat(20_000));
    }

    private static void assertProblem(String expected, String regex) {
        String problem = RegexBudget.problem(regex).orElse("");
        assertTrue(problem.contains(expected), () -> regex + ": " + problem);
    }
}
