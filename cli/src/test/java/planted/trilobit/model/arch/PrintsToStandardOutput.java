package planted.trilobit.model.arch;

/** A fault: standard output is for generated text. */
final class PrintsToStandardOutput {
    private PrintsToStandardOutput() {}

    static void print() {
        System.out.println("planted");
    }
}
