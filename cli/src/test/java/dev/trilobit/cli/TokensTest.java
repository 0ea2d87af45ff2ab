package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.text.TextCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    private static final String TEXT = "Once upon a time <|endoftext|>, a\ncafé";

    @TempDir private Path folder;

    private static String expected(String text) {
        try (var files = EmbeddedModels.open("bitnet");
                TextCodec codec = TextCodec.open(files)) {
            return line(codec.encodePrompt(text));
        }
    }

    private static String line(int... ids) {
        return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    @Test
    void oneLineHasTheIdsOfThePrompt() {
        CommandRun run = CommandRun.of("tokens", TEXT);
        assertEquals(0, run.code(), run.err());
        assertEquals(expected(TEXT), run.out().strip());
        assertEquals(1, run.out().lines().count());
        assertTrue(run.err().contains("embedded:bitnet: "), run.err());
    }

    @Test
    void fileAndPipeGiveTheSameIdsAsAnArgument() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), TEXT);
        assertEquals(expected(TEXT), CommandRun.of("tokens", "--text=" + file).out().strip());
        assertEquals(expected(TEXT), CommandRun.piped(TEXT, "tokens", "--text", "-").out().strip());
    }

    @Test
    void chatEncodesByTheTemplate() throws IOException {
        ModelCopy.of("bitnet", folder)
                .write(
                        "tokenizer_config.json",
                        """
                        {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "chat_template":
                        "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"}
                        """);
        CommandRun run = CommandRun.of("tokens", "--chat", "--model=" + folder, "Once");
        assertEquals(0, run.code(), run.err());
        try (var files = EmbeddedModels.open("bitnet");
                TextCodec codec = TextCodec.open(files)) {
            String rest = line(codec.tokenizer().encode("user: Once"));
            assertEquals(codec.bos().orElseThrow() + "," + rest, run.out().strip());
        }
    }

    @Test
    void modelWithoutATemplateHasNoChat() {
        CommandRun run = CommandRun.of("tokens", "--chat", "Once");
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().contains("has no chat template"), run.err());
    }
}
