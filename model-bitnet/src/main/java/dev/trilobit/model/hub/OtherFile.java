package dev.trilobit.model.hub;

/**
 * A model file that was not chosen.
 *
 * @param path in the repository; of a split or sharded one, the first part
 * @param runs whether it could be named and run
 * @param why one line
 */
public record OtherFile(String path, boolean runs, String why) {}
