package dev.trilobit.cli.conform;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Declaration;
import java.util.Map;

/**
 * What the CPU backend declares: f32 arithmetic, over keys and values that its option {@code kv}
 * says how to keep. It lies here because the backend does not know the conformance suite.
 */
public final class CpuVectorDeclaration implements Declaration {
    /** Called by ServiceLoader. */
    public CpuVectorDeclaration() {}

    @Override
    public String backendId() {
        return "cpu-vector";
    }

    @Override
    public Budget budget() {
        return Budget.float32();
    }

    @Override
    public Budget budget(Map<String, String> backendOptions) {
        return switch (backendOptions.getOrDefault("kv", "f32")) {
            case "f16" -> Budget.float16Cache();
            case "int8" -> Budget.int8Cache();
            default -> budget();
        };
    }
}
