package planted.trilobit.backend.metal;

import planted.trilobit.backend.cpu.PublicKernel;

/** A fault: one backend needs another. */
final class BackendUsesBackend {
    final PublicKernel kernel = new PublicKernel();
}
