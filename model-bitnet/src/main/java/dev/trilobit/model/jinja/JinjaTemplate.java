package dev.trilobit.model.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * A parsed template in the part of Jinja2 that chat templates use, with the settings of
 * transformers: {@code trim_blocks}, {@code lstrip_blocks}, loop controls, its {@code tojson},
 * {@code raise_exception} and {@code strftime_now}, no change of values. Immutable.
 *
 * @see <a href="https://jinja.palletsprojects.com/en/stable/templates/">Jinja2's description</a>
 */
public final class JinjaTemplate {
    private final List<JinjaStatement> statements;

    private JinjaTemplate(List<JinjaStatement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a template.
     *
     * @throws JinjaException if it is wrong or needs what we do not support
     */
    public static JinjaTemplate parse(String source) {
        return new JinjaTemplate(JinjaParser.parse(source));
    }

    /**
     * Renders with {@code variables}.
     *
     * @throws JinjaException if the template fails, refuses or does too much
     */
    public JinjaText render(Map<String, JinjaValue> variables, Clock clock) {
        return JinjaInterpreter.render(statements, variables, new JinjaRun(clock));
    }
}
