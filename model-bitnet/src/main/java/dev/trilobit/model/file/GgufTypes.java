package dev.trilobit.model.file;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the type of each tensor of a file. Two types have the number 42: Q2_0 of ggml has blocks of
 * 64 weights, and so had 128 those of PrismML's files published before August 2026. Which one a
 * tensor has is told by the bytes up to the next tensor; tensors so small that padding hides the
 * difference follow the others of the file. Of a split model each part decides for itself: only
 * tensors of fewer than 2048 weights are in doubt.
 */
final class GgufTypes {
    private final GgufProblems problems;
    private final long alignment;
    private final Map<Long, List<GgufTensorInfo>> refused = new LinkedHashMap<>();
    private final Map<GgufTensorInfo, GgmlType> types = new LinkedHashMap<>();
    private final List<GgufTensorInfo> undecided = new ArrayList<>();

    private GgufTypes(GgufProblems problems, long alignment) {
        this.problems = problems;
        this.alignment = alignment;
    }

    /**
     * Finds the types; what is wrong is noted in {@code problems}, and such tensors are left out.
     *
     * @param ordered the tensors by offset
     * @param dataBytes bytes of the data section
     */
    static Map<GgufTensorInfo, GgmlType> find(
            List<GgufTensorInfo> ordered, long dataBytes, long alignment, GgufProblems problems) {
        var found = new GgufTypes(problems, alignment);
        for (int i = 0; i < ordered.size(); i++) {
            boolean last = i + 1 == ordered.size();
            long end = last ? dataBytes : ordered.get(i + 1).offset();
            found.add(ordered.get(i), end - ordered.get(i).offset(), last);
        }
        found.noteRefused();
        found.decide();
        return found.types;
    }

    private void add(GgufTensorInfo info, long distance, boolean last) {
        Optional<GgmlType> type = GgmlType.of(info.type());
        if (type.isEmpty()) {
            refused.computeIfAbsent(info.type(), _ -> new ArrayList<>()).add(info);
        } else if (type.get() == GgmlType.Q2_0) {
            addTwoBit(info, distance, last);
        } else {
            types.put(info, type.get());
        }
    }

    private void addTwoBit(GgufTensorInfo info, long distance, boolean last) {
        boolean small = fits(GgmlType.Q2_0, info, distance);
        boolean large = fits(GgmlType.Q2_0_G128, info, distance);
        if (small && large) {
            undecided.add(info);
        } else if (large) {
            types.put(info, GgmlType.Q2_0_G128);
        } else if (small || !hasSize(GgmlType.Q2_0, info)) {
            types.put(info, GgmlType.Q2_0); // without a size it is refused later, with the reason
        } else if (last && distance > bytes(GgmlType.Q2_0, info)) {
            undecided.add(info); // something lies behind the last tensor
        } else {
            problems.add(wrongDistance(info, distance));
        }
    }

    private String wrongDistance(GgufTensorInfo info, long distance) {
        String older =
                hasSize(GgmlType.Q2_0_G128, info)
                        ? ", or %d in those of 128 weights of older files"
                                .formatted(bytes(GgmlType.Q2_0_G128, info))
                        : "";
        return "%s: type 42, Q2_0: expected %d bytes in blocks of 64 weights%s, padded to a multiple of %d, got %d up to the next tensor or the end of the file"
                .formatted(info.where(), bytes(GgmlType.Q2_0, info), older, alignment, distance);
    }

    private boolean fits(GgmlType type, GgufTensorInfo info, long distance) {
        return GgufSize.of(type, info.shape()) instanceof GgufSize.Bytes(long bytes)
                && bytes <= distance
                && distance - bytes < alignment;
    }

    private static boolean hasSize(GgmlType type, GgufTensorInfo info) {
        return GgufSize.of(type, info.shape()) instanceof GgufSize.Bytes;
    }

    private static long bytes(GgmlType type, GgufTensorInfo info) {
        return switch (GgufSize.of(type, info.shape())) {
            case GgufSize.Bytes(long bytes) -> bytes;
            case GgufSize.Impossible(String problem) -> throw new IllegalStateException(problem);
        };
    }

    private void noteRefused() {
        refused.forEach(
                (id, infos) ->
                        problems.add(
                                "%s%s: %s"
                                        .formatted(
                                                infos.getFirst().where(),
                                                infos.size() == 1
                                                        ? ""
                                                        : " and %d more"
                                                                .formatted(infos.size() - 1),
                                                RefusedGgmlType.refusal(id))));
    }

    private void decide() {
        boolean older =
                types.containsValue(GgmlType.Q2_0_G128) && !types.containsValue(GgmlType.Q2_0);
        for (GgufTensorInfo info : undecided) {
            types.put(
                    info,
                    older && hasSize(GgmlType.Q2_0_G128, info)
                            ? GgmlType.Q2_0_G128
                            : GgmlType.Q2_0);
        }
    }
}
