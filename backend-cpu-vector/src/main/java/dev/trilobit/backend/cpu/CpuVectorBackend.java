package dev.trilobit.backend.cpu;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.backend.UnsupportedProgramException;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.quant.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The CPU as a backend: stateless, every compiled program brings its own threads and memory. */
final class CpuVectorBackend implements Backend {
    static final String ID = "cpu-vector";

    private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 1024;

    @Override
    public DeviceInfo device() {
        int bits = Lanes.bits();
        int processors = Runtime.getRuntime().availableProcessors();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("vector-bits", Integer.toString(bits));
        properties.put("processors", Integer.toString(processors));
        return new DeviceInfo(
                "CPU %s, %d-bit vectors, %d processors"
                        .formatted(System.getProperty("os.arch"), bits, processors),
                properties);
    }

    @Override
    public List<Rejection> unsupported(Program program) {
        var rejections = new ArrayList<Rejection>();
        for (Op op : program.ops()) {
            if (op instanceof Op.Linear linear) {
                PackedMatrices.rejection(linear.weight(), linear.activations())
                        .ifPresent(
                                reason ->
                                        rejections.add(
                                                new Rejection(linear.weight().name(), reason)));
            }
        }
        return rejections;
    }

    @Override
    public CompiledProgram compile(Program program, WeightSource weights, CompileOptions options) {
        List<Rejection> rejections = unsupported(program);
        if (!rejections.isEmpty()) {
            throw new UnsupportedProgramException(ID, rejections);
        }
        CpuOptions cpuOptions = CpuOptions.parse(options.backendOptions());
        requireAddressable(program, options);
        ProgramWeights packed =
                ProgramWeights.pack(program, weights, cpuOptions, options.progress());
        try {
            return new CpuCompiledProgram(program, packed, options, cpuOptions);
        } catch (OutOfMemoryError e) {
            packed.close();
            throw new BackendException(ID + ": not enough memory for the program: " + e, e);
        } catch (RuntimeException | Error e) {
            packed.close();
            throw e;
        }
    }

    /** Arrays hold at most 2^31 - 1 elements; said before any work is done. */
    private static void requireAddressable(Program program, CompileOptions options) {
        for (Op op : program.ops()) {
            long activations = (long) op.out().width() * options.maxTokensPerStep();
            if (activations > MOST_ELEMENTS) {
                throw new IllegalArgumentException(
                        "%s: steps of %d tokens of %d elements do not fit an array; at most %d tokens do"
                                .formatted(
                                        ID,
                                        options.maxTokensPerStep(),
                                        op.out().width(),
                                        MOST_ELEMENTS / op.out().width()));
            }
            if (op instanceof Op.Rope(var _, var _, RopeSpec rope)
                    && (long) options.maxContextTokens() * rope.headDim() > MOST_ELEMENTS) {
                throw new IllegalArgumentException(
                        "%s: a context of %d tokens is too long for rotary heads of %d elements; at most %d fit"
                                .formatted(
                                        ID,
                                        options.maxContextTokens(),
                                        rope.headDim(),
                                        MOST_ELEMENTS / rope.headDim()));
            }
        }
    }

    @Override
    public void close() {
        // Nothing is held between programs.
    }
}
