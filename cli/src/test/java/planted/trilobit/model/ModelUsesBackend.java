package planted.trilobit.model;

import planted.trilobit.backend.cpu.PublicKernel;

/** A fault: backends are found, not named. */
final class ModelUsesBackend {
    final PublicKernel kernel = new PublicKernel();
}
