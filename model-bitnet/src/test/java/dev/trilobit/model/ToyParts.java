package dev.trilobit.model;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.backend.SelectionReport;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.Quantization;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.generate.ToySession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Parts of a model for tests: a real tokenizer, no weights, a backend that hashes tokens. */
final class ToyParts {
    static final int VOCABULARY = 600;
    static final int OWN_CONTEXT = 64;
    private static final int HIDDEN = 2;

    /** What was closed, in order. */
    final List<String> closed = Collections.synchronizedList(new ArrayList<>());

    /** What the program was compiled with, one a compilation. */
    final List<CompileOptions> compiled = new ArrayList<>();

    /** What compiling fails with, if it does. */
    Optional<RuntimeException> compileFailure = Optional.empty();

    /** Names of the files there are. */
    final Set<String> files = new TreeSet<>(Set.of("tokenizer.json", "tokenizer_config.json"));

    /** The scores after these tokens. */
    static float[] logitsAfter(List<Integer> tokens) {
        return ToySession.hashing(VOCABULARY).apply(tokens);
    }

    ModelFolder folder() {
        return new Folder();
    }

    DecoderModel decoder() {
        var builder = new ProgramBuilder(VOCABULARY);
        var table =
                new WeightRef(
                        "table", new MatrixShape(VOCABULARY, HIDDEN), new Dense(FloatType.F16));
        Value hidden = builder.embed(table);
        builder.linear(hidden, table, ActivationQuant.NONE);
        var config =
                new ModelConfig(
                        "toy",
                        VOCABULARY,
                        HIDDEN,
                        HIDDEN,
                        1,
                        1,
                        1,
                        HIDDEN,
                        OWN_CONTEXT,
                        GateActivation.SILU,
                        1e-5f,
                        new RopeSpec(HIDDEN, 10_000, new RopeScaling.None()),
                        true,
                        new Quantization.None());
        WeightSource none =
                (name, _) -> {
                    throw new IllegalArgumentException(name);
                };
        return new DecoderModel(config, builder.build(), none);
    }

    Selection selection(BackendRequest request) {
        return new Selection(
                "toy",
                new ToyBackend(),
                new SelectionReport(request, Optional.of("toy"), List.of()));
    }

    private final class Folder implements ModelFolder {
        @Override
        public String label() {
            return "toys";
        }

        @Override
        public List<String> names() {
            return List.copyOf(files);
        }

        @Override
        public Optional<MemorySegment> find(String name) {
            if (!files.contains(name)) {
                return Optional.empty();
            }
            return switch (name) {
                case "tokenizer.json" -> Optional.of(tokenizer());
                case "tokenizer_config.json" ->
                        Optional.of(
                                MemorySegment.ofArray(
                                        "{\"eos_token\": \"<|end_of_text|>\"}"
                                                .getBytes(StandardCharsets.UTF_8)));
                default -> Optional.empty();
            };
        }

        private static MemorySegment tokenizer() {
            try (InputStream in =
                    Objects.requireNonNull(
                            ToyParts.class.getResourceAsStream("/text/byte-level.json"))) {
                return MemorySegment.ofArray(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            closed.add("folder");
        }
    }

    private final class ToyBackend implements Backend {
        @Override
        public DeviceInfo device() {
            return new DeviceInfo("toy box", Map.of());
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return List.of();
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            compiled.add(options);
            if (compileFailure.isPresent()) {
                throw compileFailure.get();
            }
            return new ToyProgram(program, options);
        }

        @Override
        public void close() {
            closed.add("backend");
        }
    }

    private final class ToyProgram implements CompiledProgram {
        private final Program program;
        private final CompileOptions options;

        ToyProgram(Program program, CompileOptions options) {
            this.program = program;
            this.options = options;
        }

        @Override
        public Program program() {
            return program;
        }

        @Override
        public long weightBytes() {
            return 7;
        }

        @Override
        public boolean exactVerify() {
            return true;
        }

        @Override
        public DecoderSession newSession() {
            return new ToySession(
                    options.maxContextTokens(),
                    options.maxTokensPerStep(),
                    ToySession.hashing(VOCABULARY));
        }

        @Override
        public void close() {
            closed.add("program");
        }
    }
}
