package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubPlaceTest {
    @ParameterizedTest
    @CsvSource({
        "microsoft/bitnet-b1.58-2B-4T, microsoft, bitnet-b1.58-2B-4T, '', ''",
        "a/b:dir/x y.gguf, a, b, '', dir/x y.gguf",
        "a/b@v1.0:Q2_0, a, b, v1.0, Q2_0",
        "a/b@refs/pr/3, a, b, refs/pr/3, ''",
        "a/b:x@y, a, b, '', x@y"
    })
    void partsAreRead(String text, String owner, String name, String revision, String file) {
        var expected = new HubPlace(new HubRepository(owner, name), revision, file);
        assertEquals(expected, HubPlace.parse(text));
        assertEquals(text, expected.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name",
                "embedded:bitnet",
                "/a/b",
                "./a/b",
                "../b",
                "a/b/c",
                "a/b:",
                "a/b@",
                "a/..",
                "a/-b",
                "a/b.git",
                "a/b--c",
                "a/b..c",
                "a b/c",
                "C:\\a/b",
                "a/b@../../x",
                "a/b@/x"
            })
    void whatIsNoPlaceIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> HubPlace.parse(text));
        assertTrue(HubPlace.find(text).isEmpty());
    }

    @Test
    void nameThatIsTooLongIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> HubPlace.parse("a/" + "b".repeat(95)));
        assertEquals(96, HubPlace.parse("a/" + "b".repeat(94)).toString().length());
    }

    @Test
    void repositoryWithoutRevisionMeansMain() {
        assertEquals("main", HubPlace.parse("a/b").revisionOrDefault());
        assertEquals("x", HubPlace.parse("a/b").withRevision("x").revisionOrDefault());
    }
}
