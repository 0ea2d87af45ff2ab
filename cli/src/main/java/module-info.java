import org.jspecify.annotations.NullMarked;

/**
 * The program {@code trilobit}. It usually runs on the class path; the descriptor lets the compiler
 * check the borders.
 */
@NullMarked
@SuppressWarnings("requires-automatic")
module dev.trilobit.cli {
    requires dev.trilobit.conformance;
    requires dev.trilobit.model.embedded;
    requires info.picocli;
    requires java.logging;
    requires java.management;
    requires jdk.management;
    requires org.jline;
    requires static org.jspecify;
    requires tools.jackson.databind;

    opens dev.trilobit.cli to
            info.picocli;
    opens dev.trilobit.cli.backends to
            info.picocli;
    opens dev.trilobit.cli.bench to
            info.picocli;
    opens dev.trilobit.cli.bench.kernels to
            info.picocli;
    opens dev.trilobit.cli.bench.measure to
            info.picocli;
    opens dev.trilobit.cli.chat to
            info.picocli;
    opens dev.trilobit.cli.compare to
            info.picocli;
    opens dev.trilobit.cli.completion to
            info.picocli;
    opens dev.trilobit.cli.conform to
            info.picocli;
    opens dev.trilobit.cli.convert to
            info.picocli;
    opens dev.trilobit.cli.inspect to
            info.picocli;
    opens dev.trilobit.cli.logits to
            info.picocli;
    opens dev.trilobit.cli.option to
            info.picocli;
    opens dev.trilobit.cli.perplexity to
            info.picocli;
    opens dev.trilobit.cli.pull to
            info.picocli;
    opens dev.trilobit.cli.run to
            info.picocli;
    opens dev.trilobit.cli.synth to
            info.picocli;
    opens dev.trilobit.cli.tokens to
            info.picocli;

    uses dev.trilobit.api.backend.BackendProvider;

    provides dev.trilobit.conformance.contract.Declaration with
            dev.trilobit.cli.conform.CpuVectorDeclaration;
}
