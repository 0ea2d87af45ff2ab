package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.backend.SelectionReport.Candidate;
import dev.trilobit.api.backend.UnsupportedProgramException;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.DeclaredRefusalException;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@link BackendProvider} promises before anything is compiled: it loads everywhere, says what
 * it is and what it can run, and is found and chosen by its name.
 */
public final class ProviderContract implements Contract {
    /** "Quickly": a device may have to be woken. */
    private static final long PROBE_MILLIS = 5_000;

    /**
     * Names of types that are not in every JVM: of incubating or internal modules, and bindings to
     * native libraries, which this project keeps in packages named {@code ffm}.
     */
    private static final Pattern NOT_EVERYWHERE =
            Pattern.compile("(jdk\\.incubator|sun|com\\.sun)\\..*|(.*\\.)?ffm\\..*");

    private static final DecoderShape SMALL = new DecoderShape(24, 64, 1, 2, 1, 32, 128);

    /** Makes the contract. */
    public ProviderContract() {}

    @Override
    public String name() {
        return "provider";
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(new Check("the id is lower-case and stable", ProviderContract::readId));
        checks.add(
                new Check(
                        "the provider has a public no-argument constructor",
                        ProviderContract::findConstructor));
        checks.add(
                new Check(
                        "the provider class names no type that may be missing",
                        ProviderContract::readSignatures));
        checks.add(
                new Check(
                        "the service loader finds the provider once",
                        ProviderContract::findByServiceLoader));
        checks.add(
                new Check(
                        "the probe is quick, repeatable and without side effects",
                        ProviderContract::probe));
        checks.add(new Check("the device has a name", ProviderContract::readDevice));
        checks.add(
                new Check(
                        "a request by name chooses the backend and the report says so",
                        ProviderContract::select));
        checks.add(
                new Check(
                        "a request for an unknown name fails and lists the known ones",
                        ProviderContract::selectUnknown));
        for (DecoderKind kind : DecoderKind.values()) {
            for (WeightFormat format : Formats.all()) {
                checks.add(
                        new Check(
                                "a decoder is supported or refused by declaration (%s, %s)"
                                        .formatted(kind, format),
                                trial -> tryDecoder(trial, kind, format)));
            }
        }
        checks.add(
                new Check(
                        "a refused program is not compiled and every reason is told",
                        ProviderContract::compileRefused));
        return List.copyOf(checks);
    }

    private static void readId(Trial trial) {
        BackendProvider provider = trial.subject().provider();
        String id = provider.id();
        trial.require(
                id.matches("[a-z0-9]+(-[a-z0-9]+)*") && !id.equals("auto"),
                "expected an id of a-z, 0-9 and - other than auto, got '%s'".formatted(id));
        for (int i = 0; i < 3; i++) {
            trial.require(
                    provider.id().equals(id),
                    "the id was '%s' and is '%s'".formatted(id, provider.id()));
        }
    }

    private static void findConstructor(Trial trial) throws NoSuchMethodException {
        Class<?> type = trial.subject().provider().getClass();
        trial.require(Modifier.isPublic(type.getModifiers()), type.getName() + " must be public");
        Constructor<?> constructor = type.getDeclaredConstructor();
        trial.require(
                Modifier.isPublic(constructor.getModifiers()), constructor + " must be public");
    }

    private static void readSignatures(Trial trial) {
        for (Class<?> type = trial.subject().provider().getClass();
                type != null && type != Object.class;
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                requireEverywhere(trial, field.toString(), Stream.of(field.getType()));
            }
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                requireEverywhere(
                        trial, constructor.toString(), Stream.of(constructor.getParameterTypes()));
            }
            for (Method method : type.getDeclaredMethods()) {
                requireEverywhere(
                        trial,
                        method.toString(),
                        Stream.concat(
                                Stream.of(method.getReturnType()),
                                Stream.of(method.getParameterTypes())));
            }
        }
    }

    private static void requireEverywhere(Trial trial, String member, Stream<Class<?>> types) {
        types.map(ProviderContract::element)
                .filter(type -> NOT_EVERYWHERE.matcher(type.getName()).matches())
                .forEach(
                        type ->
                                trial.fail(
                                        "%s names %s, which may be missing"
                                                .formatted(member, type.getName())));
    }

    private static Class<?> element(Class<?> type) {
        Class<?> component = type.getComponentType();
        return component == null ? type : element(component);
    }

    private static void findByServiceLoader(Trial trial) {
        String id = trial.subject().provider().id();
        List<BackendProvider> same =
                ServiceLoader.load(BackendProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(provider -> provider.id().equals(id))
                        .toList();
        trial.require(
                same.size() == 1
                        && same.getFirst().getClass().equals(trial.subject().provider().getClass()),
                "expected %s alone under the id %s, found %s"
                        .formatted(
                                trial.subject().provider().getClass().getName(),
                                id,
                                same.stream().map(other -> other.getClass().getName()).toList()));
    }

    private static void probe(Trial trial) {
        BackendProvider provider = trial.subject().provider();
        LeakWatch watch = LeakWatch.begin();
        Properties properties = (Properties) System.getProperties().clone();
        long start = System.nanoTime();
        Availability first = provider.probe();
        double millis = (System.nanoTime() - start) / 1e6;
        trial.atMost("first probe, ms", millis, PROBE_MILLIS);
        for (int i = 0; i < 10; i++) {
            requireSame(trial, first, provider.probe());
        }
        watch.requireNoThreads(trial);
        trial.require(
                properties.equals(System.getProperties()), "the probe changed system properties");
        switch (first) {
            case Availability.Available(String device, int _) ->
                    trial.require(!device.isBlank(), "an available device must have a text");
            case Availability.Unavailable(String reason) ->
                    trial.fail("not available here: " + reason);
        }
    }

    private static void requireSame(Trial trial, Availability first, Availability again) {
        boolean same =
                first instanceof Availability.Available(String _, int score)
                        ? again instanceof Availability.Available(String _, int other)
                                && score == other
                        : again instanceof Availability.Unavailable;
        trial.require(same, "the probe said %s and then %s".formatted(first, again));
    }

    private static void readDevice(Trial trial) {
        DeviceInfo device = trial.backend().device();
        trial.require(
                !device.name().isBlank() && device.name().lines().count() == 1,
                "expected a name of one line, got '%s'".formatted(device.name()));
        device.properties()
                .forEach(
                        (key, value) ->
                                trial.require(
                                        key.matches("[a-z0-9]+(-[a-z0-9]+)*") && !value.isBlank(),
                                        "expected a dashed lower-case key and a value, got '%s' = '%s'"
                                                .formatted(key, value)));
    }

    private static void select(Trial trial) {
        Program program = programThatRuns(trial);
        String id = trial.subject().provider().id();
        Selection selection = Backends.select(BackendRequest.of(id), program);
        trial.keep(selection.backend());
        trial.require(
                selection.id().equals(id) && selection.report().chosen().orElse("").equals(id),
                "asked for %s, got %s, chosen %s"
                        .formatted(id, selection.id(), selection.report().chosen()));
        List<Candidate> own =
                selection.report().candidates().stream()
                        .filter(candidate -> candidate.id().equals(id))
                        .toList();
        trial.require(
                own.size() == 1
                        && own.getFirst().availability() instanceof Availability.Available
                        && own.getFirst().verdict().equals("chosen"),
                "expected one candidate %s that is available and chosen, got %s"
                        .formatted(id, own));
        trial.require(
                selection.backend().unsupported(program).isEmpty(),
                "the chosen backend refuses the program it was chosen for");
    }

    private static Program programThatRuns(Trial trial) {
        return SessionCase.firstThatRuns(trial, SessionCase.all(SMALL)).program();
    }

    private static Program program(DecoderKind kind, WeightFormat format) {
        try (var decoder = new RandomDecoder(kind, SMALL, format, new RopeScaling.None(), 61)) {
            return decoder.program();
        }
    }

    private static void selectUnknown(Trial trial) {
        String id = trial.subject().provider().id();
        Program program = programThatRuns(trial);
        String unknown = id + "-that-nobody-wrote";
        try {
            Backends.select(BackendRequest.of(unknown), program).backend().close();
            trial.fail("the unknown backend %s was opened".formatted(unknown));
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            trial.require(
                    message.contains(unknown) && message.replace(unknown, "").contains(id),
                    "expected a message with %s and the known %s, got '%s'"
                            .formatted(unknown, id, message));
        }
    }

    private static void tryDecoder(Trial trial, DecoderKind kind, WeightFormat format) {
        Program program = program(kind, format);
        Backend backend = trial.backend();
        List<Rejection> rejections = backend.unsupported(program);
        trial.require(
                rejections.equals(backend.unsupported(program)),
                "asked twice, the backend gave different reasons");
        for (Rejection rejection : rejections) {
            trial.require(
                    !rejection.what().isBlank() && !rejection.reason().isBlank(),
                    "a rejection must say what and why, got '%s'".formatted(rejection));
        }
        if (!rejections.isEmpty()) {
            throw trial.subject()
                    .refusals()
                    .reason(program)
                    .<RuntimeException>map(DeclaredRefusalException::new)
                    .orElseGet(
                            () ->
                                    new UnsupportedProgramException(
                                            trial.subject().provider().id(), rejections));
        }
    }

    /**
     * Tries the programs of the other checks and sizes that few backends can run, without weights
     * that nobody could hold.
     */
    private static void compileRefused(Trial trial) {
        Backend backend = trial.backend();
        int refused = 0;
        for (int cols : new int[] {1 << 20, 1 << 24, 1 << 26}) {
            for (WeightFormat format : Formats.all()) {
                for (ActivationQuant activations : ActivationQuant.values()) {
                    refused += compileIfRefused(trial, backend, wide(cols, format, activations));
                }
            }
        }
        var cases = new ArrayList<>(SessionCase.VARIOUS);
        cases.addAll(SessionCase.all(SMALL));
        for (SessionCase example : cases) {
            refused += compileIfRefused(trial, backend, example.program());
        }
        trial.note("refused programs", refused);
    }

    private static Program wide(int cols, WeightFormat format, ActivationQuant activations) {
        var builder = new ProgramBuilder(2);
        var table = new MatrixShape(2, cols);
        var in = builder.embed(new WeightRef("table", table, new Dense(FloatType.F16)));
        var shape = new MatrixShape(4, cols);
        builder.linear(in, new WeightRef("wide", shape, format), activations);
        return builder.build();
    }

    private static int compileIfRefused(Trial trial, Backend backend, Program program) {
        List<Rejection> rejections = backend.unsupported(program);
        if (rejections.isEmpty()) {
            return 0;
        }
        try {
            backend.compile(
                            program,
                            (name, _) -> {
                                throw new AssertionError("asked for the weight " + name);
                            },
                            trial.options(4, 4))
                    .close();
            trial.fail("compiled a program refused for " + rejections);
        } catch (UnsupportedProgramException e) {
            String message = String.valueOf(e.getMessage());
            for (Rejection rejection : rejections) {
                trial.require(
                        message.contains(rejection.reason()),
                        "the message '%s' lacks '%s'".formatted(message, rejection));
            }
        }
        return 1;
    }
}
