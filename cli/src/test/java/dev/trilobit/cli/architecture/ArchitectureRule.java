package dev.trilobit.cli.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.lang.ArchRule;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.quant.ReferenceCodec;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;

/**
 * The rules of ARCHITECTURE.md. Packages are matched by their end, so that the same rules can be
 * tried on the planted faults under {@code planted.trilobit}.
 */
@SuppressWarnings("ImmutableEnumChecker") // an ArchRule is not marked immutable
enum ArchitectureRule {
    API_NEEDS_ONLY_THE_JDK(
            "ApiUsesLibrary",
            classes()
                    .that()
                    .resideInAPackage("..trilobit.api..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage("..trilobit.api..", "java..", "org.jspecify..")),

    BACKENDS_SEE_ONLY_THE_API(
            "BackendUsesModel",
            classes()
                    .that()
                    .resideInAPackage("..trilobit.backend..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "..trilobit.api..",
                            "..trilobit.backend..",
                            "java..",
                            "jdk.incubator.vector..",
                            "org.jspecify..")),

    BACKENDS_DO_NOT_KNOW_EACH_OTHER(
            "BackendUsesBackend",
            slices().matching("..trilobit.backend.(*)..").should().notDependOnEachOther()),

    NOBODY_SEES_A_BACKEND(
            "ModelUsesBackend",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..trilobit.backend..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..trilobit.backend..")),

    MODELS_SEE_THE_API_JACKSON_AND_THE_TOKENIZER(
            "ModelUsesCommandLine",
            classes()
                    .that()
                    .resideInAPackage("..trilobit.model..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "..trilobit.api..",
                            "..trilobit.model..",
                            "tools.jackson..",
                            "ai.djl..",
                            "java..",
                            "org.jspecify..")),

    MODEL_LIBRARY_DOES_NOT_KNOW_THE_EMBEDDED_MODELS(
            "ModelUsesEmbedded",
            noClasses()
                    .that()
                    .resideInAPackage("..trilobit.model..")
                    .and()
                    .resideOutsideOfPackage("..trilobit.model.embedded..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..trilobit.model.embedded..")),

    CONFORMANCE_SEES_ONLY_THE_API(
            "ConformanceUsesModel",
            classes()
                    .that()
                    .resideInAPackage("..trilobit.conformance..")
                    .and()
                    .resideOutsideOfPackage("..trilobit.conformance.junit..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "..trilobit.api..",
                            "..trilobit.conformance..",
                            "java..",
                            "org.jspecify..")),

    ONLY_ITS_PACKAGE_JUNIT_SEES_JUNIT_TOO(
            "ContractTestUsesModel",
            classes()
                    .that()
                    .resideInAPackage("..trilobit.conformance.junit..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "..trilobit.api..",
                            "..trilobit.conformance..",
                            "org.junit..",
                            "java..",
                            "org.jspecify..")),

    CONFORMANCE_DOES_NOT_NEED_ITS_PACKAGE_JUNIT(
            "OracleUsesContractTest",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..trilobit.conformance.junit..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..trilobit.conformance.junit..")),

    BACKENDS_AND_MODELS_DO_NOT_SEE_CONFORMANCE(
            "BackendUsesOracle",
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..trilobit.api..", "..trilobit.backend..", "..trilobit.model..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..trilobit.conformance..")),

    ONLY_THE_CLI_PRINTS(
            "PrintsToStandardOutput",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..trilobit.cli..")
                    .should(ACCESS_STANDARD_STREAMS)),

    IN_THE_CLI_ONE_CLASS_TAKES_THE_STREAMS(
            "RunPrintsByItself",
            noClasses()
                    .that()
                    .resideInAPackage("..trilobit.cli..")
                    .and()
                    .doNotHaveSimpleName("StandardStreams")
                    .should(ACCESS_STANDARD_STREAMS)),

    NO_CYCLES_BETWEEN_PACKAGES(
            "CycleThere", slices().matching("..trilobit.(**)").should().beFreeOfCycles()),

    ONLY_THE_CPU_BACKEND_USES_THE_VECTOR_API(
            "ModelUsesVectors",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..trilobit.backend.cpu..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("jdk.incubator.vector..")),

    PROVIDERS_LINK_NOTHING(
            "LinkingProvider",
            noClasses()
                    .that()
                    .implement(BackendProvider.class)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("jdk.incubator..", "..ffm..", "java.lang.foreign..")),

    ONLY_THE_PROVIDER_IS_PUBLIC(
            "PublicKernel",
            classes()
                    .that()
                    .resideInAPackage("..trilobit.backend..")
                    .and()
                    .areTopLevelClasses()
                    .and()
                    .doNotImplement(BackendProvider.class)
                    .should()
                    .notBePublic()),

    BACKENDS_DO_NOT_CALL_THE_REFERENCE(
            "KernelCallsReferenceCodec",
            noClasses()
                    .that()
                    .resideInAPackage("..trilobit.backend..")
                    .should()
                    .dependOnClassesThat()
                    .areAssignableTo(ReferenceCodec.class)),

    STATICS_ARE_FINAL("MutableStatic", fields().that().areStatic().should().beFinal()),

    PROPERTIES_ARE_READ_IN_NAMED_PLACES(
            "ReadsProperty",
            noClasses()
                    .that()
                    // What may be configured.
                    .doNotHaveSimpleName("BackendRequest")
                    .and()
                    .doNotHaveSimpleName("StandardStreams")
                    // Facts of the machine, for messages and places of files.
                    .and()
                    .doNotHaveSimpleName("CpuVectorBackend")
                    .and()
                    .doNotHaveSimpleName("Lanes")
                    .and()
                    .doNotHaveSimpleName("OptimizingCompiler")
                    .and()
                    .doNotHaveSimpleName("NativeTokenizer")
                    .and()
                    .doNotHaveSimpleName("BuildVersion")
                    .and()
                    .doNotHaveSimpleName("HistoryFile")
                    .and()
                    .doNotHaveSimpleName("HostFacts")
                    .and()
                    .doNotHaveSimpleName("Provenance")
                    .and()
                    .doNotHaveSimpleName("HubEnvironment")
                    // Sees to it that a probe leaves them as they were.
                    .and()
                    .doNotHaveSimpleName("ProviderContract")
                    .should(callMethodWhere(systemCall("getPropert.*").or(boxedPropertyCall())))),

    NOBODY_SETS_PROPERTIES(
            "SetsProperty",
            noClasses().should(callMethodWhere(systemCall("(set|clear)Propert.*")))),

    ONLY_THE_CLI_KNOWS_JAVA_UTIL_LOGGING(
            "LogsByItself",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..trilobit.cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.util.logging..")),

    ONLY_CHAT_LOADS_THE_LINE_EDITOR(
            "RunUsesLineEditor",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..trilobit.cli.chat..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.jline..")),

    ONLY_FFM_PACKAGES_LINK_NATIVE_FUNCTIONS(
            "LinksNative",
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..ffm..")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class));

    private final String fault;
    private final ArchRule rule;

    ArchitectureRule(String fault, ArchRule rule) {
        this.fault = fault;
        this.rule = rule;
    }

    private static DescribedPredicate<JavaCall<?>> systemCall(String methods) {
        return describe(
                "System." + methods,
                call ->
                        call.getTargetOwner().isEquivalentTo(System.class)
                                && call.getName().matches(methods));
    }

    private static DescribedPredicate<JavaCall<?>> boxedPropertyCall() {
        return describe(
                "Integer.getInteger, Long.getLong or Boolean.getBoolean",
                call ->
                        call.getTargetOwner().getPackageName().equals("java.lang")
                                && call.getName().matches("get(Integer|Long|Boolean)"));
    }

    /** Simple name of the planted class that breaks this rule. */
    String fault() {
        return fault;
    }

    /** The rule itself. */
    ArchRule rule() {
        return rule;
    }
}
