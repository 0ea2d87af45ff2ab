package dev.trilobit.api.backend;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;
import java.util.Map;

/** A backend that compiles nothing and counts how often it was closed. */
class FakeBackend implements Backend {
    private final List<Rejection> rejections;
    private int closed;

    FakeBackend(List<Rejection> rejections) {
        this.rejections = List.copyOf(rejections);
    }

    int closed() {
        return closed;
    }

    @Override
    public DeviceInfo device() {
        return new DeviceInfo("fake device", Map.of());
    }

    @Override
    public List<Rejection> unsupported(Program program) {
        return rejections;
    }

    @Override
    public CompiledProgram compile(Program program, WeightSource weights, CompileOptions options) {
        throw new BackendException("fake: compiles nothing");
    }

    @Override
    public void close() {
        closed++;
    }
}
