import org.jspecify.annotations.NullMarked;

/**
 * The backend-neutral contract: weight formats ({@code quant}), decoder programs ({@code program})
 * and the compute provider SPI ({@code backend}).
 */
@NullMarked
module dev.trilobit.api {
    requires static transitive org.jspecify;

    exports dev.trilobit.api.backend;
    exports dev.trilobit.api.program;
    exports dev.trilobit.api.quant;

    uses dev.trilobit.api.backend.BackendProvider;
}
