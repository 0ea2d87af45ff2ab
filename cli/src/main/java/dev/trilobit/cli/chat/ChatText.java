package dev.trilobit.cli.chat;

/**
 * How typed lines become one message: a line that ends with a backslash goes on with the next, and
 * between two {@code """} line ends are part of the message.
 */
final class ChatText {
    private static final String FENCE = "\"\"\"";

    private ChatText() {}

    /** Tells whether another line belongs to what was typed so far. */
    static boolean isIncomplete(String typed) {
        return isInsideFence(typed) || (!typed.contains(FENCE) && typed.endsWith("\\"));
    }

    private static boolean isInsideFence(String typed) {
        boolean inside = false;
        int from = typed.indexOf(FENCE);
        while (from >= 0) {
            inside = !inside;
            from = typed.indexOf(FENCE, from + FENCE.length());
        }
        return inside;
    }

    /** Returns the message: without fences, with line ends for the backslashes before them. */
    static String message(String typed) {
        if (typed.contains(FENCE)) {
            return typed.replace(FENCE, "").strip();
        }
        String text = typed.endsWith("\\") ? typed.substring(0, typed.length() - 1) : typed;
        return text.replace("\\\n", "\n").strip();
    }
}
