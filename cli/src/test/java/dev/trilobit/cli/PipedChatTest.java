package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipedChatTest {
    private static CommandRun chat(String input) {
        return CommandRun.piped(input, "chat", "-t", "0", "-n", "8", "--logit-bias=0=-Infinity");
    }

    @Test
    void answersGoToStandardOutputAndTheRestToStandardError() {
        CommandRun run = chat("Once upon a time\n/stats\n");
        assertEquals(0, run.code(), run.err());
        assertEquals(1, run.out().lines().count(), run.out());
        for (String part : new String[] {"base model", "(stopped after 8 tokens)", "context: "}) {
            assertTrue(run.err().contains(part), part + " in " + run.err());
        }
    }

    @Test
    void resetMakesTheSecondAnswerEqualTheFirst() {
        CommandRun run = chat("Once upon a time\n/reset\nOnce upon a time\n");
        String[] answers = run.out().split("\n", -1);
        assertEquals(3, answers.length, run.out());
        assertEquals(answers[0], answers[1]);
    }

    @Test
    void exitStopsReading() {
        assertEquals("", chat("/exit\nOnce upon a time\n").out());
    }

    @Test
    void messageTooLongForTheContextIsReportedAndTheChatGoesOn() {
        CommandRun run =
                CommandRun.piped(
                        "a b c d e f g h i j k l m n o p q r s t u v w x y z\n/stats\n",
                        "chat",
                        "--context=16");
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains("holds 16"), run.err());
        assertTrue(run.err().contains("of 16 tokens"), run.err());
    }

    @Test
    void messageThatTheTemplateRefusesIsReportedAndTheChatGoesOn(@TempDir Path folder)
            throws IOException {
        ModelCopy.of("bitnet", folder)
                .write(
                        "tokenizer_config.json",
                        """
                        {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "chat_template":
                        "{% if messages[-1].content == 'No' %}{{ raise_exception('not so') }}{% endif %}{{ messages[-1].content }}"}
                        """);
        CommandRun run =
                CommandRun.piped(
                        "No\nOnce upon a time\n",
                        "chat",
                        "--model=" + folder,
                        "-n=8",
                        "--logit-bias=0=-Infinity");
        assertEquals(0, run.code(), run.err());
        assertEquals(1, run.out().lines().count(), run.out());
        assertTrue(run.err().contains("not so"), run.err());
    }
}
