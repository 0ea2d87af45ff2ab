package dev.trilobit.backend.cpu;

/** Prints what the provider says of the JVM it is started in. */
final class Probe {
    private Probe() {}

    /** Entry point of that JVM. */
    public static void main(String[] arguments) {
        System.out.println(new CpuVectorProvider().probe());
    }
}
