package planted.trilobit.backend.cpu;

import dev.trilobit.api.quant.ReferenceCodec;

/** A fault: what defines the result would check itself. */
final class KernelCallsReferenceCodec {
    private KernelCallsReferenceCodec() {}

    static Class<?> reference() {
        return ReferenceCodec.class;
    }
}
