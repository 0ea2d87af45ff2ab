package dev.trilobit.backend.cpu;

/** What the steps of a session work on now: which tokens, and where they stand. Mutable. */
final class StepTokens {
    private static final int[] NONE = {};

    private int[] ids = NONE;
    private int count;
    private int position;

    /**
     * Begins a step.
     *
     * @param ids token ids; not kept beyond the step
     * @param position of the first one
     */
    void begin(int[] ids, int position) {
        this.ids = ids;
        this.count = ids.length;
        this.position = position;
    }

    /** Goes on with the last token alone, which steps then find at index 0. */
    void keepLast() {
        count = 1;
    }

    /** Forgets the caller's array. */
    void end() {
        ids = NONE;
    }

    int id(int token) {
        return ids[token];
    }

    int count() {
        return count;
    }

    /** Position of the first token of the step; only before {@link #keepLast}. */
    int position() {
        return position;
    }
}
