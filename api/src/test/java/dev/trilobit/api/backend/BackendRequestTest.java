package dev.trilobit.api.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.BackendRequest.Origin;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendRequestTest {
    private static final Function<String, Optional<String>> ABSENT =
            only("another.name", "unheard");
    private static final Function<String, Optional<String>> PROPERTY =
            only("trilobit.backend", "from-property");
    private static final Function<String, Optional<String>> ENVIRONMENT =
            only("TRILOBIT_BACKEND", "from-environment");
    private static final Function<String, Optional<String>> MALFORMED_PROPERTY =
            only("trilobit.backend", "a,,b");
    private static final Function<String, Optional<String>> MALFORMED_ENVIRONMENT =
            only("TRILOBIT_BACKEND", "a,,b");

    private static Function<String, Optional<String>> only(String name, String value) {
        return asked -> asked.equals(name) ? Optional.of(value) : Optional.empty();
    }

    private static void assertResolves(String id, Origin origin, BackendRequest resolved) {
        assertEquals(new BackendRequest(List.of(id), origin), resolved);
    }

    @Test
    void originsAreListedTheStrongestFirst() {
        assertEquals(
                List.of(
                        "BackendRequest",
                        "--backend",
                        "-Dtrilobit.backend",
                        "TRILOBIT_BACKEND",
                        "default"),
                Arrays.stream(Origin.values()).map(Origin::label).toList());
    }

    @Test
    void aRequestInCodeBeatsTheProperty() {
        assertResolves("code", Origin.REQUEST, BackendRequest.of("code").resolve(PROPERTY, ABSENT));
    }

    @Test
    void aRequestInCodeBeatsTheEnvironment() {
        assertResolves(
                "code", Origin.REQUEST, BackendRequest.of("code").resolve(ABSENT, ENVIRONMENT));
    }

    @Test
    void autoInCodeBeatsBoth() {
        BackendRequest auto = BackendRequest.auto();

        assertSame(auto, auto.resolve(PROPERTY, ENVIRONMENT));
        assertTrue(auto.isAuto());
    }

    @Test
    void theOptionBeatsTheProperty() {
        assertResolves(
                "opt", Origin.OPTION, BackendRequest.ofOption("opt").resolve(PROPERTY, ABSENT));
    }

    @Test
    void theOptionBeatsTheEnvironment() {
        assertResolves(
                "opt", Origin.OPTION, BackendRequest.ofOption("opt").resolve(ABSENT, ENVIRONMENT));
    }

    @Test
    void theOptionAutoBeatsBoth() {
        BackendRequest auto = BackendRequest.ofOption("auto");

        assertSame(auto, auto.resolve(PROPERTY, ENVIRONMENT));
    }

    @Test
    void thePropertyBeatsTheEnvironment() {
        assertResolves(
                "from-property",
                Origin.PROPERTY,
                BackendRequest.unspecified().resolve(PROPERTY, ENVIRONMENT));
    }

    @Test
    void theEnvironmentBeatsTheDefault() {
        assertResolves(
                "from-environment",
                Origin.ENVIRONMENT,
                BackendRequest.unspecified().resolve(ABSENT, ENVIRONMENT));
    }

    @Test
    void nobodyAskedMeansAuto() {
        BackendRequest resolved = BackendRequest.unspecified().resolve(ABSENT, ABSENT);

        assertTrue(resolved.isAuto());
        assertEquals(Origin.DEFAULT, resolved.origin());
    }

    @Test
    void resolvingTwiceChangesNothing() {
        BackendRequest property = BackendRequest.unspecified().resolve(PROPERTY, ENVIRONMENT);
        BackendRequest environment = BackendRequest.unspecified().resolve(ABSENT, ENVIRONMENT);

        assertSame(property, property.resolve(ABSENT, ENVIRONMENT));
        assertSame(environment, environment.resolve(ABSENT, ABSENT));
        assertResolves("from-property", Origin.PROPERTY, environment.resolve(PROPERTY, ABSENT));
    }

    @Test
    void aMalformedWeakerPlaceDoesNotMatter() {
        BackendRequest code = BackendRequest.of("code");

        assertSame(code, code.resolve(MALFORMED_PROPERTY, MALFORMED_ENVIRONMENT));
        assertResolves(
                "from-property",
                Origin.PROPERTY,
                BackendRequest.unspecified().resolve(PROPERTY, MALFORMED_ENVIRONMENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", "a,", ",a", "a,,b", "auto,a", "a,auto", "a, ,b"})
    void malformedListsSayWhoWroteThem(String text) {
        assertMalformed("BackendRequest", text, () -> BackendRequest.of(text));
        assertMalformed("--backend", text, () -> BackendRequest.ofOption(text));
        BackendRequest nobody = BackendRequest.unspecified();
        assertMalformed(
                "-Dtrilobit.backend",
                text,
                () -> nobody.resolve(only("trilobit.backend", text), ENVIRONMENT));
        assertMalformed(
                "TRILOBIT_BACKEND",
                text,
                () -> nobody.resolve(ABSENT, only("TRILOBIT_BACKEND", text)));
    }

    private static void assertMalformed(String origin, String text, Executable call) {
        assertEquals(
                "%s: expected auto or id[,id...], got '%s'".formatted(origin, text),
                assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a|a",
                "a,b|a,b",
                " a , b |a,b",
                "b,a,b|b,a",
                "metal,cpu-vector|metal,cpu-vector"
            })
    void idsKeepTheirOrderAndLoseRepetitions(String text, String ids) {
        assertEquals(List.of(ids.split(",")), BackendRequest.of(text).ids());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", " auto ", "auto,auto"})
    void autoIsNoId(String text) {
        assertEquals(BackendRequest.auto(), BackendRequest.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "", " ", "a,b"})
    void theConstructorTakesIdsOnly(String id) {
        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new BackendRequest(List.of("a", id), Origin.REQUEST));

        assertEquals("BackendRequest: '%s' is no backend id".formatted(id), thrown.getMessage());
    }

    @Test
    void aRequestReadsLikeWhatTheUserWrote() {
        assertEquals("a,b (--backend)", BackendRequest.ofOption("a,b").toString());
        assertEquals("auto (default)", BackendRequest.unspecified().toString());
    }

    @Test
    void theRealPropertyIsRead() {
        String before = System.getProperty(BackendRequest.PROPERTY);
        System.setProperty(BackendRequest.PROPERTY, "x,y");
        try {
            assertEquals(
                    new BackendRequest(List.of("x", "y"), Origin.PROPERTY),
                    BackendRequest.unspecified().resolve());
        } finally {
            if (before == null) {
                System.clearProperty(BackendRequest.PROPERTY);
            } else {
                System.setProperty(BackendRequest.PROPERTY, before);
            }
        }
    }
}
