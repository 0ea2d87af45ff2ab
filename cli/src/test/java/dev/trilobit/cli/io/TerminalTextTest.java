package dev.trilobit.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class TerminalTextTest {
    @Test
    void whatATerminalObeysIsShown() {
        assertEquals(
                "a\\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u007f",
                TerminalText.line("a\033[2J\033]0;title\007\u009b31m\177"));
        assertEquals("two\\r\\n\\tlines", TerminalText.line("two\r\n\tlines"));
        assertEquals("\\u202egnp.exe", TerminalText.line("\u202egnp.exe"));
    }

    @Test
    void textStaysAsItIs() {
        String text = "Bonsai-8B \u00e9 \u6587 \ud83d\ude00 \\ \"quoted\"";
        assertSame(text, TerminalText.line(text));
        assertEquals("a\n\tb\\u001b", TerminalText.lines("a\n\tb\033"));
    }
}
