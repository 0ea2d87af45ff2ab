package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.Op;
import java.util.List;

/** Makes the steps of a session from the groups of a schedule. */
final class StepBinder {
    private final CpuCompiledProgram program;
    private final SessionBuffers buffers;

    StepBinder(CpuCompiledProgram program, SessionBuffers buffers) {
        this.program = program;
        this.buffers = buffers;
    }

    /** Binds a group: one op, or linear layers that share their input. */
    Step bind(List<Op> group) {
        StepTokens tokens = buffers.tokens();
        float[] out = buffers.activations(group.getFirst().out());
        int width = group.getFirst().out().width();
        return switch (group.getFirst()) {
            case Op.Embed embed ->
                    new EmbedStep(tokens, program.weights().table(embed), out, width);
            case Op.Linear linear -> bindLinear(linear, group);
            case Op.RmsNorm norm ->
                    new NormStep(
                            tokens,
                            buffers.activations(norm.in()),
                            out,
                            width,
                            program.weights().gain(norm),
                            norm.epsilon());
            case Op.Rope rope ->
                    new RopeStep(
                            tokens,
                            buffers.activations(rope.in()),
                            out,
                            width / rope.rope().headDim(),
                            program.rope(rope.rope()));
            case Op.Attend attend ->
                    new AttendStep(
                            buffers,
                            buffers.activations(attend.queries()),
                            buffers.activations(attend.keys()),
                            buffers.activations(attend.values()),
                            out,
                            attend.attention());
            case Op.Gate gate ->
                    new GateStep(
                            tokens,
                            buffers.activations(gate.gate()),
                            buffers.activations(gate.up()),
                            out,
                            width,
                            gate.activation());
            case Op.Add add ->
                    new AddStep(
                            tokens,
                            buffers.activations(add.left()),
                            buffers.activations(add.right()),
                            out,
                            width);
        };
    }

    private LinearStep bindLinear(Op.Linear first, List<Op> group) {
        List<Op.Linear> linears = group.stream().map(Op.Linear.class::cast).toList();
        return new LinearStep(
                buffers,
                buffers.activations(first.in()),
                first.in().width(),
                linears.stream().map(program.weights()::matrix).toList(),
                linears.stream().map(linear -> buffers.activations(linear.out())).toList());
    }
}
