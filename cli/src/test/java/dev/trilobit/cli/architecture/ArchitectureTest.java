package dev.trilobit.cli.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchitectureTest {
    private static final JavaClasses PROJECT =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.trilobit");

    private static final JavaClasses PLANTED =
            new ClassFileImporter().importPackages("planted.trilobit");

    @ParameterizedTest
    @EnumSource
    void theProjectKeeps(ArchitectureRule rule) {
        rule.rule().allowEmptyShould(true).check(PROJECT);
    }

    @ParameterizedTest
    @EnumSource
    void aPlantedFaultBreaks(ArchitectureRule rule) {
        EvaluationResult result = rule.rule().evaluate(PLANTED);
        assertTrue(result.hasViolation(), rule.name());
        assertTrue(
                result.getFailureReport().getDetails().stream()
                        .anyMatch(detail -> detail.contains(rule.fault())),
                () -> rule.fault() + " is not in " + result.getFailureReport());
    }

    @Test
    void everyModuleIsLookedAt() {
        Set<String> modules =
                PROJECT.stream()
                        .map(JavaClass::getPackageName)
                        .map(name -> name.split("\\.", 4)[2])
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("api", "backend", "cli", "conformance", "model"), modules);
        Stream.of(
                        "dev.trilobit.api.backend.Backends",
                        "dev.trilobit.backend.cpu.CpuVectorProvider",
                        "dev.trilobit.model.LanguageModel",
                        "dev.trilobit.model.embedded.EmbeddedModels",
                        "dev.trilobit.conformance.oracle.ReferenceDecoder",
                        "dev.trilobit.cli.Trilobit")
                .forEach(name -> assertTrue(PROJECT.contain(name), name));
    }

    @Test
    void testsAreNotLookedAt() {
        assertFalse(PROJECT.contain(ArchitectureTest.class.getName()));
    }
}
