package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    private final List<String> closed = new ArrayList<>();
    private final Resources resources = new Resources();

    private void add(String name) {
        resources.add(() -> closed.add(name));
    }

    private RuntimeException addFailing(String name) {
        var failure = new IllegalStateException(name);
        resources.add(
                () -> {
                    throw failure;
                });
        return failure;
    }

    @Test
    void theLastAddedIsClosedFirst() {
        add("a");
        add("b");

        resources.close();
        resources.close();

        assertEquals(List.of("b", "a"), closed);
    }

    @Test
    void aFailureDoesNotKeepTheOthersOpen() {
        add("a");
        RuntimeException second = addFailing("second");
        add("b");
        RuntimeException first = addFailing("first");

        var e = assertThrows(IllegalStateException.class, resources::close);

        assertSame(first, e);
        assertArrayEquals(new Throwable[] {second}, e.getSuppressed());
        assertEquals(List.of("b", "a"), closed);
    }

    @Test
    void anErrorDoesNotKeepTheOthersOpen() {
        add("a");
        var error = new AssertionError("broken");
        resources.add(
                () -> {
                    throw error;
                });
        RuntimeException first = addFailing("first");

        assertSame(first, assertThrows(IllegalStateException.class, resources::close));

        assertArrayEquals(new Throwable[] {error}, first.getSuppressed());
        assertEquals(List.of("a"), closed);
    }

    @Test
    void anErrorAfterACauseIsCarriedByIt() {
        var error = new AssertionError("broken");
        resources.add(
                () -> {
                    throw error;
                });
        var cause = new IllegalArgumentException("cause");

        resources.closeAfter(cause);

        assertArrayEquals(new Throwable[] {error}, cause.getSuppressed());
    }

    @Test
    void whatFailsAfterACauseIsCarriedByIt() {
        add("a");
        RuntimeException failure = addFailing("failure");
        var cause = new IllegalArgumentException("cause");

        resources.closeAfter(cause);

        assertArrayEquals(new Throwable[] {failure}, cause.getSuppressed());
        assertEquals(List.of("a"), closed);
    }
}
