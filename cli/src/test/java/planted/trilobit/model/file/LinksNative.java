package planted.trilobit.model.file;

import java.lang.foreign.Linker;

/** A fault: native calls outside the one package that is audited. */
final class LinksNative {
    private LinksNative() {}

    static Linker linker() {
        return Linker.nativeLinker();
    }
}
