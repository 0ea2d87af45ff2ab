package planted.trilobit.backend.cpu;

/** A fault: others could use it. */
public final class PublicKernel {
    /** Makes one. */
    public PublicKernel() {}
}
