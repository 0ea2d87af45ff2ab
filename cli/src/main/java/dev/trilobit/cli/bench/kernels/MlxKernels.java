package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.io.CommandFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lets MLX multiply the same shapes on the CPU, in a Python of the user's. */
final class MlxKernels {
    private static final String SCRIPT = "mlx-kernels.py";
    private static final String ENGINE = "mlx ";

    private final String python;
    private final KernelTimer timer;

    /**
     * Takes a Python.
     *
     * @param python program that can import mlx
     */
    MlxKernels(String python, KernelTimer timer) {
        this.python = python;
        this.timer = timer;
    }

    /** Tells whether a result is MLX's. */
    static boolean measured(KernelResult result) {
        return result.engine().name().startsWith(ENGINE);
    }

    /**
     * Asks for the version, so that a Python without MLX is told of before anything is timed.
     *
     * @throws CommandFailedException if Python does not run or has no MLX
     */
    void require() {
        ask("{\"samples\":0,\"sample_seconds\":0,\"warm_up_seconds\":0,\"cases\":[]}");
    }

    /** Returns whether MLX has the format: affine groups of 1 to 8 bits, and 16-bit floats. */
    static boolean has(KernelCase kernel) {
        return kernel.format().activations() == ActivationQuant.NONE
                && bits(kernel.format()).isPresent();
    }

    private static Optional<Map<String, Object>> bits(KernelFormat kernel) {
        return switch (kernel.format()) {
            case Affine(int bits, int group, var _) ->
                    Optional.of(Map.of("bits", bits, "group", group));
            case Binary(int group, Binary.Mode mode, var _) ->
                    mode == Binary.Mode.AFFINE
                            ? Optional.of(Map.of("bits", 1, "group", group))
                            : Optional.empty();
            case Dense(FloatType type) ->
                    type.byteSize() == Short.BYTES
                            ? Optional.of(Map.of("bits", 16, "group", 0, "type", type.suffix()))
                            : Optional.empty();
            case Ternary _, Blocks _ -> Optional.empty();
        };
    }

    /**
     * Times cases.
     *
     * @param copies of the matrices of a case that take turns
     * @throws CommandFailedException if Python does not run or says something went wrong
     */
    List<KernelResult> time(List<KernelCase> cases, ToIntFunction<KernelCase> copies) {
        List<Map<String, Object>> wanted =
                cases.stream().map(one -> object(one, copies.applyAsInt(one))).toList();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("samples", timer.samples());
        request.put("sample_seconds", timer.sampleSeconds());
        request.put("warm_up_seconds", timer.warmUpSeconds());
        request.put("cases", wanted);
        JsonNode answer = ask(JsonMapper.shared().writeValueAsString(request));
        var engine = new KernelResult.Engine(ENGINE + answer.get("version").asString(), "-");
        var results = new ArrayList<KernelResult>();
        for (int i = 0; i < cases.size(); i++) {
            JsonNode one = answer.get("results").get(i);
            var seconds = new ArrayList<Double>();
            one.get("seconds").forEach(value -> seconds.add(value.asDouble()));
            results.add(
                    new KernelResult(
                            engine,
                            cases.get(i),
                            copies.applyAsInt(cases.get(i)),
                            one.get("bytes").asLong(),
                            new Samples(seconds)));
        }
        return results;
    }

    private static Map<String, Object> object(KernelCase kernel, int copies) {
        Map<String, Object> object = new LinkedHashMap<>(bits(kernel.format()).orElseThrow());
        object.put("m", kernel.tokens());
        object.put("copies", copies);
        object.put(
                "matrices",
                kernel.chain().matrices().stream()
                        .map(shape -> List.of(shape.rows(), shape.cols()))
                        .toList());
        return object;
    }

    private JsonNode ask(String request) {
        try {
            Process process =
                    new ProcessBuilder(python, "-c", script())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            try (var in = process.getOutputStream()) {
                in.write(request.getBytes(StandardCharsets.UTF_8));
            }
            String answer =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new CommandFailedException(
                        "--mlx: %s left with %d; what it said is above".formatted(python, code));
            }
            return JsonMapper.shared().readTree(answer);
        } catch (IOException | JacksonException e) {
            throw new CommandFailedException("--mlx: %s: %s".formatted(python, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("--mlx: interrupted", e);
        }
    }

    private static String script() throws IOException {
        try (InputStream in = MlxKernels.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IllegalStateException("the resource %s is missing".formatted(SCRIPT));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
