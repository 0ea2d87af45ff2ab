package planted.trilobit.api.quant;

/** A fault: state that all share. */
final class MutableStatic {
    static int count = 1;

    private MutableStatic() {}
}
