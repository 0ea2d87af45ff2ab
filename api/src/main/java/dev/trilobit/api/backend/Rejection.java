package dev.trilobit.api.backend;

/**
 * One reason why a backend cannot compile a program.
 *
 * @param what the op or weight
 * @param reason why not, and what would work
 */
public record Rejection(String what, String reason) {
    @Override
    public String toString() {
        return what + ": " + reason;
    }
}
