package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.conformance.contract.Declaration;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.Callable;

/** Providers that others have installed. */
public final class Providers {
    private Providers() {}

    /** Does not run on this machine. */
    public static final class Absent implements BackendProvider {
        @Override
        public String id() {
            return "absent";
        }

        @Override
        public Availability probe() {
            return new Availability.Unavailable("it needs a device that nobody has");
        }

        @Override
        public Backend open() {
            throw new BackendException("there is none");
        }
    }

    /** Says that it runs, and does not. */
    public static final class Broken implements BackendProvider {
        @Override
        public String id() {
            return "broken";
        }

        @Override
        public Availability probe() {
            return new Availability.Available("a broken device", 1);
        }

        @Override
        public Backend open() {
            throw new BackendException("broken: the device does not answer");
        }
    }

    /**
     * Runs something while more providers are installed.
     *
     * @param folder empty, for the file that names them
     */
    public static <T> T with(Class<?> provider, Path folder, Callable<T> work) throws Exception {
        return with(provider, List.of(), folder, work);
    }

    /**
     * Runs something while more providers and declarations are installed.
     *
     * @param folder empty, for the files that name them
     */
    public static <T> T with(
            Class<?> provider, List<Class<?>> declarations, Path folder, Callable<T> work)
            throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.write(
                services.resolve(Declaration.class.getName()),
                declarations.stream().map(Class::getName).toList());
        Files.writeString(
                services.resolve(BackendProvider.class.getName()), provider.getName() + "\n");
        try (var loader =
                new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, Providers.class.getClassLoader())) {
            return inContext(loader, work);
        }
    }

    /** Runs something while none is installed. */
    public static <T> T without(Callable<T> work) throws Exception {
        return inContext(
                new ClassLoader(Providers.class.getClassLoader()) {
                    @Override
                    public Enumeration<URL> getResources(String name) throws IOException {
                        return name.startsWith("META-INF/services/dev.trilobit")
                                ? Collections.emptyEnumeration()
                                : super.getResources(name);
                    }
                },
                work);
    }

    private static <T> T inContext(ClassLoader loader, Callable<T> work) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            return work.call();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }
}
