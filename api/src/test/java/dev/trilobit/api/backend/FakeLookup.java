package dev.trilobit.api.backend;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Providers as a service loader's stream hands them out, failures at every place included. */
final class FakeLookup {
    /** One step of the stream: an entry, or an error instead of one. */
    private final List<Supplier<ServiceLoader.Provider<BackendProvider>>> steps = new ArrayList<>();

    private record Entry(
            Class<? extends BackendProvider> type, Supplier<BackendProvider> constructor)
            implements ServiceLoader.Provider<BackendProvider> {
        @Override
        public BackendProvider get() {
            return constructor.get();
        }
    }

    static FakeLookup of(BackendProvider... providers) {
        var lookup = new FakeLookup();
        for (BackendProvider provider : providers) {
            lookup.steps.add(() -> new Entry(provider.getClass(), () -> provider));
        }
        return lookup;
    }

    /** Adds a provider of class {@code type} whose constructor throws. */
    FakeLookup constructorDies(Class<? extends BackendProvider> type, Error error) {
        steps.add(() -> new Entry(type, FakeProvider.dying(error)));
        return this;
    }

    /** Adds a provider that is listed and cannot be found. */
    FakeLookup lookupDies(Error error) {
        steps.add(FakeProvider.dying(error));
        return this;
    }

    FakeLookup and(BackendProvider provider) {
        steps.add(() -> new Entry(provider.getClass(), () -> provider));
        return this;
    }

    private Stream<ServiceLoader.Provider<BackendProvider>> stream() {
        Iterator<Supplier<ServiceLoader.Provider<BackendProvider>>> rest = steps.iterator();
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, 0) {
                    @Override
                    public boolean tryAdvance(
                            Consumer<? super ServiceLoader.Provider<BackendProvider>> action) {
                        if (!rest.hasNext()) {
                            return false;
                        }
                        action.accept(rest.next().get());
                        return true;
                    }
                },
                false);
    }

    Selection open(BackendRequest request) {
        return new ProviderSearch(request, stream()).open(program());
    }

    SelectionReport report(BackendRequest request) {
        return new ProviderSearch(request, stream()).report();
    }

    static Program program() {
        var builder = new ProgramBuilder(2);
        builder.embed(new WeightRef("e", new MatrixShape(2, 4), new Dense(FloatType.F32)));
        return builder.build();
    }

    /** Returns the verdict on {@code id}. */
    static String verdict(SelectionReport report, String id) {
        return report.candidates().stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " is not in " + report))
                .verdict();
    }
}
