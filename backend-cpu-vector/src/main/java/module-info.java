import org.jspecify.annotations.NullMarked;

/** The CPU backend on the JDK Vector API. */
@NullMarked
@SuppressWarnings("incubating")
module dev.trilobit.backend.cpu {
    requires dev.trilobit.api;
    requires jdk.incubator.vector;
    requires static org.jspecify;

    provides dev.trilobit.api.backend.BackendProvider with
            dev.trilobit.backend.cpu.CpuVectorProvider;
}
