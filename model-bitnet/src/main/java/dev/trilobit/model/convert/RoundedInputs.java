package dev.trilobit.model.convert;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.file.GgmlType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many linear layers treat their input in another way than in the source: files do not say
 * whether it is rounded to int8, their kind does.
 *
 * @param lost layers that round in the source and not in what is written
 * @param gained the other way round
 */
record RoundedInputs(int lost, int gained) {
    /** Foresees it of files that are not written yet. */
    static RoundedInputs planned(Program source, ModelConfig config, List<PlannedPart> parts) {
        Set<String> rounded = new HashSet<>();
        for (PlannedPart part : parts) {
            if (part.part().role() == ModelPart.Role.LINEAR && rounds(part.encoding(), config)) {
                rounded.add(part.part().source().name());
            }
        }
        int lost = 0;
        int gained = 0;
        for (Op op : source.ops()) {
            if (op instanceof Op.Linear linear) {
                boolean was = linear.activations() != ActivationQuant.NONE;
                boolean is = rounded.contains(linear.weight().name());
                lost += was && !is ? 1 : 0;
                gained += is && !was ? 1 : 0;
            }
        }
        return new RoundedInputs(lost, gained);
    }

    /** Returns whether layers of a file round their input. */
    static boolean rounds(Encoding encoding, ModelConfig config) {
        return switch (encoding) {
            case Encoding.BitNet _ -> true;
            case Encoding.Ggml(GgmlType type) -> ModelOutput.gguf(config).rounds(type);
            case Encoding.Mlx _, Encoding.Plain _ -> false;
        };
    }

    /** Counts it in two programs of the same ops. */
    static RoundedInputs of(Program source, Program written) {
        int lost = 0;
        int gained = 0;
        for (int i = 0; i < source.ops().size(); i++) {
            if (source.ops().get(i) instanceof Op.Linear left
                    && written.ops().get(i) instanceof Op.Linear right) {
                boolean was = left.activations() != ActivationQuant.NONE;
                boolean is = right.activations() != ActivationQuant.NONE;
                lost += was && !is ? 1 : 0;
                gained += is && !was ? 1 : 0;
            }
        }
        return new RoundedInputs(lost, gained);
    }

    /** Says it in sentences; none if nothing changes. */
    List<String> notes() {
        var notes = new ArrayList<String>();
        if (lost > 0) {
            notes.add(
                    "%d layers round their input to int8 in the source and not in what is written: its files do not ask for it, and logits differ a little"
                            .formatted(lost));
        }
        if (gained > 0) {
            notes.add(
                    "%d layers take floats in the source and round their input to int8 in what is written, as all models of its kind do: logits differ"
                            .formatted(gained));
        }
        return notes;
    }
}
