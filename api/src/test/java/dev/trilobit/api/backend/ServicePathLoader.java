package dev.trilobit.api.backend;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * A class path of its own, as an application has it beside the modules: the service file under
 * {@code service-path} and the classes of {@code dev.trilobit.testprovider}, all but the library.
 */
final class ServicePathLoader extends ClassLoader {
    private static final String SERVICE = "META-INF/services/" + BackendProvider.class.getName();
    private static final String PROVIDERS = "dev.trilobit.testprovider.";

    ServicePathLoader() {
        super(ServicePathLoader.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PROVIDERS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String path = name.replace('.', '/') + ".class";
        try (InputStream stream = getResourceAsStream(path)) {
            if (stream == null || name.equals(PROVIDERS + "MissingLibrary")) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = stream.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (!name.equals(SERVICE)) {
            return super.getResources(name);
        }
        URL file = ServicePathLoader.class.getResource("/service-path/" + SERVICE);
        return Collections.enumeration(file == null ? List.of() : List.of(file));
    }
}
