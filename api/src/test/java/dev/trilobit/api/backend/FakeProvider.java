package dev.trilobit.api.backend;

import dev.trilobit.api.backend.Availability.Available;
import dev.trilobit.api.backend.Availability.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A provider whose every step is given; it remembers the backends it opened. */
final class FakeProvider implements BackendProvider {
    private final Supplier<String> id;
    private final Supplier<Availability> probe;
    private final Supplier<FakeBackend> open;
    private final List<FakeBackend> opened = new ArrayList<>();

    FakeProvider(Supplier<String> id, Supplier<Availability> probe, Supplier<FakeBackend> open) {
        this.id = id;
        this.probe = probe;
        this.open = open;
    }

    static FakeProvider available(String id, int score) {
        return opening(id, score, () -> new FakeBackend(List.of()));
    }

    static FakeProvider unavailable(String id, String reason) {
        return new FakeProvider(
                () -> id,
                () -> new Unavailable(reason),
                () -> {
                    throw new AssertionError(id + " must not be opened");
                });
    }

    static FakeProvider rejecting(String id, int score) {
        var why = new Rejection("op 3", "no such kernel");
        return opening(id, score, () -> new FakeBackend(List.of(why)));
    }

    static FakeProvider opening(String id, int score, Supplier<FakeBackend> open) {
        return new FakeProvider(() -> id, () -> new Available(id + " device", score), open);
    }

    /** Returns a supplier that throws {@code error}, checked or not. */
    static <T> Supplier<T> dying(Error error) {
        return () -> {
            throw error;
        };
    }

    /** Returns a supplier that throws {@code exception}. */
    static <T> Supplier<T> dying(RuntimeException exception) {
        return () -> {
            throw exception;
        };
    }

    List<FakeBackend> opened() {
        return opened;
    }

    @Override
    public String id() {
        return id.get();
    }

    @Override
    public Availability probe() {
        return probe.get();
    }

    @Override
    public Backend open() {
        FakeBackend backend = open.get();
        opened.add(backend);
        return backend;
    }
}
