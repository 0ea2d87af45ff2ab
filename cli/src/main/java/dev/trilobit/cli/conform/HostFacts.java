package dev.trilobit.cli.conform;

import java.util.Optional;

/**
 * Program and machine, for a report that others read elsewhere.
 *
 * @param version of this program
 * @param java version of the Java runtime
 * @param vm name of the virtual machine
 * @param system name and version of the operating system
 * @param architecture of the processor
 * @param processors that the virtual machine may use
 * @param maxHeapBytes most that the heap may grow to
 */
record HostFacts(
        String version,
        String java,
        String vm,
        String system,
        String architecture,
        int processors,
        long maxHeapBytes) {
    static HostFacts here() {
        return new HostFacts(
                Optional.ofNullable(HostFacts.class.getPackage().getImplementationVersion())
                        .orElse("(unpackaged build)"),
                Runtime.version().toString(),
                "%s, %s"
                        .formatted(
                                System.getProperty("java.vm.name"),
                                System.getProperty("java.vendor")),
                "%s %s".formatted(System.getProperty("os.name"), System.getProperty("os.version")),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory());
    }
}
