package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mistake gives one line on standard error, nothing on standard output, and its code. */
class WrongInputTest {
    @TempDir private Path folder;

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("no command; one of run, chat, backends, inspect"),
                mistake("unknown command 'rum' (did you mean run?)", "rum"),
                mistake("unknown option --frob", "--frob"),
                mistake("unknown option --sed (did you mean --seed", "run", "--sed", "1", "x"),
                mistake("unexpected argument 'upon' (quote a text", "run", "Once", "upon"),
                mistake("the prompt is empty", "run", ""),
                mistake("standard input is empty", "run"),
                mistake("standard input is empty", "run", "-"),
                mistake("max tokens: expected at least 1, got -3", "run", "-n", "-3", "x"),
                mistake("'--max-tokens': 'many' is not an int", "run", "--max-tokens=many", "x"),
                mistake("temperature: expected 0 (greedy)", "run", "-t", "-1", "x"),
                mistake("top-k: expected 0 (off) or more, got -1", "run", "--top-k=-1", "x"),
                mistake("top-p: expected above 0", "run", "--top-p", "0", "x"),
                mistake("min-p: expected 0 (off) to 1, got 1.5", "run", "--min-p", "1.5", "x"),
                mistake("repetition penalty:", "run", "--repetition-penalty", "0", "x"),
                mistake("frequency penalty:", "run", "--frequency-penalty", "3", "x"),
                mistake("presence penalty:", "run", "--presence-penalty=-3", "x"),
                mistake("--logit-bias: expected ID=VALUE", "run", "--logit-bias", "5", "x"),
                mistake("--logit-bias: expected ID=VALUE", "run", "--logit-bias", "a=1", "x"),
                mistake("logit bias: expected a token id", "run", "--logit-bias", "-1=1", "x"),
                mistake("--logit-bias: there is no token 4096", "run", "--logit-bias=4096=1", "x"),
                mistake("there is no token 999999", "chat", "--logit-bias=999999=1"),
                mistake("stop strings: expected none", "run", "--stop", "", "x"),
                mistake("'--seed': 'x' is not a long", "run", "--seed", "x", "x"),
                mistake("--threads: expected a number from 1, got 0", "run", "--threads=0", "x"),
                mistake("--context: expected a number from 1", "run", "--context", "-1", "x"),
                mistake("--model: there is no", "run", "--model", "/no/such/folder", "x"),
                mistake("'gpt'; there are: bitnet, binary", "run", "-m", "embedded:gpt", "x"),
                mistake("--backend: expected auto or id", "run", "--backend", "a,,b", "x"),
                mistake("--backend: unknown backend abacus", "backends", "--backend", "abacus"),
                mistake("--i2s-layout: I2_S layout: expected one of", "run", "--i2s-layout=d", "x"),
                mistake("expected one of a, b, c, probe, got A", "chat", "--i2s-layout", "A"),
                mistake("--i2s-layout: ", "inspect", "embedded:bitnet", "--i2s-layout=1"),
                mistake("--i2s-layout: ", "compare", "a", "b", "--tokens=1", "--i2s-layout=1"),
                mistake("--i2s-layout: ", "conform", "--i2s-layout=1", "--contracts=model"),
                mistake("--i2s-layout: ", "perplexity", "--text=x", "--i2s-layout=1"),
                mistake("--i2s-layout: ", "logits", "--tokens=1", "--out=x", "--i2s-layout=1"),
                mistake("--activations: expected float or int8", "run", "--activations=int4", "x"),
                mistake("float or int8, got model", "chat", "--activations=model"),
                mistake("--activations: ", "compare", "a", "b", "--tokens=1", "--activations=1"),
                mistake("--activations: ", "conform", "--activations=1", "--contracts=model"),
                mistake("--activations: ", "perplexity", "--text=x", "--activations=1"),
                mistake("--activations: ", "logits", "--tokens=1", "--out=x", "--activations=1"),
                mistake("PLACE: there is no", "inspect", "/no/such/folder"),
                mistake("Missing required parameter: 'PLACE'", "inspect"),
                mistake("no text; give one", "tokens"),
                mistake("the text is given already", "tokens", "--text=pom.xml", "x"),
                mistake("--text: there is no file", "tokens", "--text=/no/such/text"),
                mistake("--model: there is no", "tokens", "--model", "/no/such/folder", "x"),
                mistake("--threads: expected numbers from 1", "bench", "--threads=0"),
                mistake("--prompt-tokens: expected numbers from 0", "bench", "-p", "x"),
                mistake("nothing to time: --prompt-tokens", "bench", "-p", "0", "-n", "0"),
                mistake("--depth and the tests need a context", "bench", "--depth=500"),
                mistake("--repetitions: expected a number from 1", "bench", "-r", "0"),
                mistake("--batch: expected a number from 1", "bench", "-b", "0"),
                mistake("--warm-up: expected seconds from 0", "bench", "--warm-up=-1"),
                mistake("--format: expected one of table, json, csv", "bench", "--format=xml"),
                mistake("--plot: there is no folder", "bench", "--plot=/no/such/plot.svg"),
                mistake("unknown option 'speed'", "bench", "--backend-option=speed=1"),
                mistake("give threads by --threads", "bench", "-t1", "--backend-option=threads=1"),
                mistake(
                        "--shape: 4096x100 cannot be q6_k",
                        "bench",
                        "kernels",
                        "--bits=q6_k",
                        "--shape=4096x100"),
                mistake("no context has as many tokens", "bench", "--depth=2147483647"),
                mistake("no context has as many tokens", "bench", "--step-tokens=134217728"),
                mistake("--batch: expected a number from 1", "bench", "--batch=0", "--model=x"),
                mistake(
                        "--activations: --contracts op needs no model",
                        "conform",
                        "--activations=float",
                        "--contracts=op"),
                mistake(
                        "give kv by --kv-type",
                        "bench",
                        "--kv-type=f16",
                        "--backend-option=kv=f16"),
                mistake("--bits: expected some of 1, 2", "bench", "kernels", "--bits=3"),
                mistake("--shape: expected ROWSxCOLS", "bench", "kernels", "--shape=4096"),
                mistake(
                        "--activations: expected float or int8",
                        "bench",
                        "kernels",
                        "--activations=x"),
                mistake("--m: expected numbers from 1", "bench", "kernels", "--m=0"),
                mistake("--group: expected numbers from 1", "bench", "kernels", "--group=x"),
                mistake("--filter: none of", "bench", "kernels", "--filter=nothing"),
                mistake("--filter: '(' is no regular", "bench", "kernels", "--filter=("),
                mistake("--sample-time: expected", "bench", "kernels", "--sample-time=0"),
                mistake("--bandwidth: expected gigabytes", "inspect", "--bandwidth=0", "x"),
                mistake(
                        "there is no format gguf-q9; expected",
                        "convert",
                        "a",
                        "b",
                        "--to=gguf-q9"),
                mistake("'--to=FORMAT'", "convert", "a", "b"),
                mistake("IN: there is no", "convert", "/no/such", "b.gguf", "--to=gguf-f16"),
                mistake("there is no type q9", "convert", "a", "b", "--to=gguf-f16", "--head=q9"),
                mistake("cannot hold q6_k", "convert", "a", "b", "--to=mlx-4bit", "--head=q6_k"),
                mistake(
                        "group size: expected",
                        "convert",
                        "a",
                        "b",
                        "--to=mlx-4bit",
                        "--group-size=7"),
                mistake(
                        "--shard-size: expected a size such as 2GB",
                        "convert",
                        "a",
                        "b",
                        "--to=gguf-f16",
                        "--shard-size=two"),
                mistake(
                        "there is no shape gpt; expected",
                        "synth",
                        "--shape=gpt",
                        "--type=gguf-f16",
                        "o"),
                mistake(
                        "--layers: expected a number from 1",
                        "synth",
                        "--shape=bitnet-2b",
                        "--type=gguf-f16",
                        "--layers=0",
                        "o"),
                mistake("Missing required options: '--tokens", "logits"),
                mistake("expected ids separated", "logits", "--tokens", "1,x", "--out", "o"),
                mistake("expected ids separated", "logits", "--tokens", "1,,2", "--out", "o"),
                mistake("expected ids separated", "logits", "--tokens", "-1", "--out", "o"),
                mistake("expected ids separated", "logits", "--tokens=", "--out", "o"),
                mistake("--out: / is a folder", "logits", "--tokens", "1", "--out", "/"),
                mistake("--out: there is no folder", "logits", "--tokens=1", "--out=/no/such/o"),
                mistake("unknown contract 'oops'; known: provider", "conform", "--contracts=oops"),
                mistake("known: provider, op", "conform", "--contracts", "op,,provider"),
                mistake("unknown backend abacus; known", "conform", "--backend", "abacus"),
                mistake("--backend: expected auto or id", "conform", "--backend", "a,,b"),
                mistake("--chunks: expected a number from 1, got 0", "conform", "--chunks=0"),
                mistake("--chunk: expected a number from 2, got 1", "conform", "--chunk=1"),
                mistake("--threads: expected a number from 1, got -1", "conform", "--threads=-1"),
                mistake("--threads: not every backend has threads", "conform", "--threads=2"),
                mistake(
                        "--text, --chunks, --chunk: --contracts op needs no model",
                        "conform",
                        "--contracts=op",
                        "--text=pom.xml",
                        "--chunks=5",
                        "--chunk=7"),
                mistake("--chunk: 9999 tokens; the context of", "conform", "--chunk=9999"),
                mistake("such as WikiText-2's wiki.test.raw", "conform", "--model=/no/model"),
                mistake("there is no --model that it is for", "conform", "--text=pom.xml"),
                mistake("no file '/no/t'", "conform", "-m", "embedded:bitnet", "--text=/no/t"),
                mistake("--model: there is no", "conform", "-m/no/model", "--text=pom.xml"),
                mistake("pom.xml is a file, expected", "conform", "--out", "pom.xml"),
                mistake(
                        "--contracts op needs no model",
                        "conform",
                        "--contracts=op",
                        "-membedded:x"),
                mistake("expected one of [bash, zsh]", "completion", "fish"),
                mistake("unknown option --seed", "backends", "--seed", "1"));
    }

    private static Arguments mistake(String message, String... arguments) {
        return Arguments.of(message, List.of(arguments));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeInTheCommandLineIsOneLineAndCode2(String message, List<String> arguments) {
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("trilobit: "), run.err());
        assertTrue(run.err().contains(message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeSaysWhatToDo(String message, List<String> arguments) {
        String err = CommandRun.of(arguments.toArray(String[]::new)).err();
        assertTrue(err.contains("--help") || err.contains("trilobit run \"Once"), err);
        assertTrue(err.contains(message), err);
    }

    @Test
    void promptIsAskedForWhenAPersonGivesNone() {
        CommandRun run = CommandRun.atTerminal("run");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("no prompt; give one as in: trilobit run"), run.err());
    }

    @Test
    void allWrongNumbersOfAConformanceRunAreReportedAtOnce() {
        String err = CommandRun.of("conform", "--chunks=0", "--chunk=0", "--threads=0").err();
        for (String part : List.of("--chunks", "--chunk:", "--threads")) {
            assertTrue(err.contains(part), part + " in " + err);
        }
    }

    @Test
    void allWrongValuesAreReportedAtOnce() {
        String err =
                CommandRun.of("run", "-n", "0", "-t", "-1", "--top-p", "2", "--logit-bias=a", "x")
                        .err();
        for (String part : List.of("max tokens", "temperature", "top-p", "--logit-bias")) {
            assertTrue(err.contains(part), part + " in " + err);
        }
    }

    @Test
    void folderThatIsNoModelIsAFailure() {
        CommandRun run = CommandRun.of("run", "--model", folder.toString(), "x");
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().contains("config.json"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void fileInsteadOfAFolderIsAFailure() throws IOException {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "x");
        CommandRun run = CommandRun.of("inspect", file.toString());
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().contains("open the folder it lies in"), run.err());
    }

    private void assertFolderIsToBlame(String problem) {
        CommandRun run = CommandRun.of("run", "--model", folder.toString(), "x");
        assertEquals(1, run.code(), run.err());
        assertEquals("", run.out());
        for (String part : List.of(folder.toString(), problem)) {
            assertTrue(run.err().contains(part), part + " in " + run.err());
        }
        assertFalse(run.err().contains("--help"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void scaleThatIsNoNumberIsAFailureOfTheFolder() throws IOException {
        // A NaN in float16.
        ModelCopy.of("binary", folder).overwrite("model.layers.1.mlp.up_proj.scales", 0x00, 0x7E);
        assertFolderIsToBlame("model.layers.1.mlp.up_proj");
    }

    @Test
    void ternaryCode3IsAFailureOfTheFolder() throws IOException {
        ModelCopy.of("bitnet", folder).overwrite("model.layers.1.mlp.up_proj.weight", 0xFF);
        assertFolderIsToBlame("model.layers.1.mlp.up_proj");
    }

    @Test
    void biasThatForbidsEveryTokenIsAFailure() {
        Stream<String> bias =
                IntStream.range(0, 4096).mapToObj("--logit-bias=%d=-Infinity"::formatted);
        CommandRun run =
                CommandRun.of(
                        Stream.of(Stream.of("run"), bias, Stream.of("x"))
                                .flatMap(part -> part)
                                .toArray(String[]::new));
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().startsWith("trilobit: no token is left to choose from"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    static Stream<List<String>> commandsThatPrint() {
        return Stream.of(
                List.of("--help"),
                List.of("backends"),
                List.of("completion"),
                List.of("inspect", "--json", "embedded:bitnet"),
                List.of("compare", "embedded:bitnet", "embedded:bitnet", "--tokens=1"),
                List.of("compare", "--json", "embedded:bitnet", "embedded:bitnet", "--tokens=1"),
                List.of("run", "--json", "--max-tokens=1", "x"),
                List.of("run", "--max-tokens=1", "x"),
                List.of("chat", "--max-tokens=1", "--logit-bias=0=-Infinity"));
    }

    @ParameterizedTest
    @MethodSource("commandsThatPrint")
    void outputThatCannotBeWrittenIsAFailure(List<String> arguments) {
        CommandRun run =
                CommandRun.withFullOutput("Once\n/help\n", arguments.toArray(String[]::new));
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().endsWith("trilobit: standard output cannot be written\n"), run.err());
        // A chat ends at once.
        assertFalse(run.err().contains("/reset"), run.err());
    }

    @Test
    void stackTraceIsPrintedOnlyWithDebug() {
        String[] plain = {"inspect", folder.toString()};
        String[] debug = {"inspect", "--debug", folder.toString()};
        assertFalse(CommandRun.of(plain).err().contains("\tat "));
        assertTrue(CommandRun.of(debug).err().contains("\tat "));
    }

    @Test
    void debugMayStandBeforeTheCommand() {
        assertTrue(CommandRun.of("--debug", "inspect", folder.toString()).err().contains("\tat "));
    }
}
