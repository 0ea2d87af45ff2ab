package planted.trilobit.cli.run;

/** A fault: a test could not catch what it prints. */
final class RunPrintsByItself {
    private RunPrintsByItself() {}

    static void print() {
        System.err.println("planted");
    }
}
