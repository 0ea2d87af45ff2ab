package dev.trilobit.model.text;

import dev.trilobit.model.jinja.JinjaException;
import dev.trilobit.model.jinja.JinjaTemplate;
import dev.trilobit.model.jinja.JinjaText;
import dev.trilobit.model.jinja.JinjaValue;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template: messages to the text, or the ids, that the model was trained on.
 * Immutable.
 *
 * <p>The content of messages is data: it is never parsed as template, and through all filters and
 * methods it is tracked which characters come from it, so that {@link #encode} makes special tokens
 * of the template's own strings only. Roles are a closed set and trusted like the template.
 */
public final class ChatTemplate {
    private final JinjaTemplate template;
    private final String source;
    private final Map<String, JinjaValue> variables;
    private final Clock clock;

    private ChatTemplate(
            JinjaTemplate template, String source, Map<String, JinjaValue> variables, Clock clock) {
        this.template = template;
        this.source = source;
        this.variables = variables;
        this.clock = clock;
    }

    /**
     * Parses a template.
     *
     * @param jinja the template's source, in the part of Jinja2 that chat templates use
     * @param variables strings the template may use, such as {@code bos_token}; trusted like the
     *     template
     * @throws TemplateException if it is wrong or needs what is not supported
     */
    public static ChatTemplate parse(String jinja, Map<String, String> variables) {
        Map<String, JinjaValue> values = new LinkedHashMap<>();
        variables.forEach((name, value) -> values.put(name, JinjaValue.Text.of(value)));
        return new ChatTemplate(parsed(jinja), jinja, values, Clock.system(ZoneId.systemDefault()));
    }

    private static JinjaTemplate parsed(String jinja) {
        try {
            return JinjaTemplate.parse(jinja);
        } catch (JinjaException e) {
            throw new TemplateException(e);
        }
    }

    /** Returns this template with another clock behind {@code strftime_now}. */
    ChatTemplate withClock(Clock newClock) {
        return new ChatTemplate(template, source, variables, newClock);
    }

    /** Tells whether the template's source contains {@code string}. */
    boolean mentions(String string) {
        return source.contains(string);
    }

    /**
     * Renders a conversation as text, for people: in it, a special token of the template and the
     * same string of a user look alike.
     *
     * @throws TemplateException if the template fails or refuses these messages
     */
    public String render(List<ChatMessage> messages, GenerationPrompt prompt) {
        return renderMarked(messages, prompt).string();
    }

    /**
     * Encodes a conversation, opened for the model's answer. No other token is added in front: a
     * template that wants one begins with it.
     *
     * @throws TemplateException if the template fails or refuses these messages
     */
    public int[] encode(Tokenizer tokenizer, List<ChatMessage> messages) {
        return encode(tokenizer, messages, GenerationPrompt.ADD);
    }

    /**
     * Encodes a conversation.
     *
     * @throws TemplateException if the template fails or refuses these messages
     */
    public int[] encode(Tokenizer tokenizer, List<ChatMessage> messages, GenerationPrompt prompt) {
        JinjaText text = renderMarked(messages, prompt);
        return tokenizer.encode(
                text.string(),
                (token, start, end) -> !token.special() || !text.hasUserText(start, end));
    }

    private JinjaText renderMarked(List<ChatMessage> messages, GenerationPrompt prompt) {
        List<JinjaValue> list = new ArrayList<>();
        for (ChatMessage message : messages) {
            Map<JinjaValue, JinjaValue> entries = new LinkedHashMap<>();
            entries.put(JinjaValue.Text.of("role"), JinjaValue.Text.of(message.role()));
            entries.put(JinjaValue.Text.of("content"), user(message.content()));
            list.add(new JinjaValue.Dict(entries));
        }
        Map<String, JinjaValue> all = new LinkedHashMap<>();
        // transformers passes these two as None when a caller has none.
        all.put("tools", JinjaValue.NONE);
        all.put("documents", JinjaValue.NONE);
        all.putAll(variables);
        all.put("messages", JinjaValue.list(list));
        all.put("add_generation_prompt", JinjaValue.of(prompt == GenerationPrompt.ADD));
        try {
            return template.render(all, clock);
        } catch (JinjaException e) {
            throw new TemplateException(e);
        }
    }

    private static JinjaValue user(String text) {
        return new JinjaValue.Text(JinjaText.user(text));
    }
}
