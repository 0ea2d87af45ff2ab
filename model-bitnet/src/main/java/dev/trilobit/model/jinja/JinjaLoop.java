package dev.trilobit.model.jinja;

import java.util.List;

/** The state of one {@code for}, seen by the template as {@code loop}. */
final class JinjaLoop {
    private final List<JinjaValue> items;
    private final JinjaRun run;
    private int index;
    private JinjaValue lastChecked = new JinjaValue.Undefined("nothing was checked yet");
    private boolean checked;

    JinjaLoop(List<JinjaValue> items, JinjaRun run) {
        this.items = items;
        this.run = run;
    }

    void moveTo(int newIndex) {
        index = newIndex;
    }

    JinjaValue attribute(String name) {
        return switch (name) {
            case "index" -> new JinjaValue.Int(index + 1L);
            case "index0" -> new JinjaValue.Int(index);
            case "revindex" -> new JinjaValue.Int(items.size() - (long) index);
            case "revindex0" -> new JinjaValue.Int(items.size() - 1L - index);
            case "first" -> JinjaValue.of(index == 0);
            case "last" -> JinjaValue.of(index == items.size() - 1);
            case "length" -> new JinjaValue.Int(items.size());
            // Jinja counts the levels of recursive loops only.
            case "depth" -> new JinjaValue.Int(1);
            case "depth0" -> new JinjaValue.Int(0);
            case "previtem" -> neighbour(index - 1, "there is no previous item");
            case "nextitem" -> neighbour(index + 1, "there is no next item");
            case "cycle" -> new JinjaValue.Function("loop.cycle", this::cycle);
            case "changed" -> new JinjaValue.Function("loop.changed", this::changed);
            default -> new JinjaValue.Undefined("loop has no attribute '%s'".formatted(name));
        };
    }

    private JinjaValue neighbour(int at, String problem) {
        return at >= 0 && at < items.size() ? items.get(at) : new JinjaValue.Undefined(problem);
    }

    private JinjaValue cycle(JinjaArguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw run.failure("loop.cycle needs an argument");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private JinjaValue changed(JinjaArguments arguments) {
        JinjaValue now = new JinjaValue.Sequence(arguments.positional(), true);
        boolean same = checked && new JinjaOperators(run).equal(now, lastChecked);
        checked = true;
        lastChecked = now;
        return JinjaValue.of(!same);
    }
}
