package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.text.TokenList;
import java.util.ArrayList;
import java.util.List;

/** Token sequences to score, each from an empty cache, with what to call them in messages. */
final class Sequences {
    private final List<String> names = new ArrayList<>();
    private final List<int[]> ids = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param name the option it comes from, and where it stands there
     * @param tokens at least one
     */
    void add(String name, int[] tokens) {
        names.add(name);
        ids.add(tokens);
    }

    /** Returns all, in order; not to be changed. */
    List<int[]> ids() {
        return List.copyOf(ids);
    }

    /** Returns the tokens in all. */
    long tokens() {
        return ids.stream().mapToLong(tokens -> tokens.length).sum();
    }

    /** Returns the tokens of the longest. */
    int longest() {
        return ids.stream().mapToInt(tokens -> tokens.length).max().orElse(0);
    }

    /**
     * Checks that every id is known.
     *
     * @throws UsageException if one is not
     */
    void requireBelow(int vocabulary) {
        for (int i = 0; i < ids.size(); i++) {
            TokenList.requireBelow(names.get(i), vocabulary, ids.get(i));
        }
    }

    /**
     * Checks that a model can hold every sequence.
     *
     * @throws UsageException if one is too long
     */
    void requireWithin(ModelSide model) {
        int context = model.files().model().config().maxContextTokens();
        for (int i = 0; i < ids.size(); i++) {
            if (ids.get(i).length > context) {
                throw new UsageException(
                        "%s: %d ids, the context of %s (%s) holds %d"
                                .formatted(
                                        names.get(i),
                                        ids.get(i).length,
                                        model.name(),
                                        model.label(),
                                        context));
            }
        }
    }
}
