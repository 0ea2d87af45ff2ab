package dev.trilobit.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"goes on\\", "a\\\nb\\", "\"\"\"", "say \"\"\"one\ntwo", "\"\"\"a\\"})
    void lineGoesOn(String typed) {
        assertTrue(ChatText.isIncomplete(typed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a\\\nb", "\"\"\"a\nb\"\"\"", "\"\"\"a\\\"\"\"", "\"quoted\""})
    void messageIsComplete(String typed) {
        assertFalse(ChatText.isIncomplete(typed));
    }

    @Test
    void backslashBecomesTheLineEndItStandsBefore() {
        assertEquals("one\ntwo", ChatText.message("one\\\ntwo"));
    }

    @Test
    void backslashWithinALineIsText() {
        assertEquals("C:\\temp", ChatText.message("C:\\temp"));
    }

    @Test
    void fencesGoAndLineEndsStay() {
        assertEquals("one\n two", ChatText.message("\"\"\"\none\n two\n\"\"\""));
    }

    @Test
    void backslashAtTheEndOfAllInputIsDropped() {
        assertEquals("one", ChatText.message("one\\"));
    }
}
