package dev.trilobit.model;

/** Turns tokens into text as they come. Used by one thread at a time. */
interface TextStream {
    /** Returns the text that is complete with this token; never half a character. */
    String accept(int token);

    /** Ends the text: returns what is left of it. */
    String flush();
}
