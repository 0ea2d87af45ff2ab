package dev.trilobit.model.hub;

/** Hears how a download goes. */
public interface PullProgress {
    /**
     * Hears how far it is; called by one thread, several times a second.
     *
     * @param done bytes that are there, of earlier attempts too
     * @param total bytes wanted
     * @param file what is worked on
     */
    void report(long done, long total, String file);

    /**
     * Hears why nothing goes on for a while; called by any thread.
     *
     * @param reason one line, such as {@code hub.example asks to wait 30 s}
     */
    default void waiting(String reason) {}

    /** Returns one that does not listen. */
    static PullProgress silent() {
        return (done, total, file) -> {};
    }
}
