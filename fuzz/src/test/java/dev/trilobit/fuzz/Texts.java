package dev.trilobit.fuzz;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.ChatMessage;
import dev.trilobit.model.text.ChatTemplate;
import dev.trilobit.model.text.GenerationPrompt;
import dev.trilobit.model.text.TextCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Uses everything that a model's text files make. */
final class Texts {
    /** Letters, digits, marks, a surrogate pair, a lone surrogate, controls and special tokens. */
    private static final String TEXT =
            "Hello  it's 1234 \n\n\tÜber na\u0308ive \u4f60\u597d \ud83d\ude00\u200d \ud800 \u0000"
                    + " <|im_end|></s> \u2581x<0xE2>";

    private static final List<ChatMessage> CHAT =
            List.of(
                    ChatMessage.system("Be brief."),
                    ChatMessage.user(TEXT),
                    ChatMessage.assistant("<think>\nno\n</think>\n\nYes."),
                    ChatMessage.user("Why?"));

    private static final int MOST_IDS = 512;

    private Texts() {}

    /** Opens the codec of {@code folder}, encodes, decodes and renders. */
    static void useAll(ModelFolder folder) {
        try (TextCodec codec = TextCodec.open(folder)) {
            codec.tokenizer().decode(codec.encodePrompt(TEXT));
            int ids = Math.min(codec.tokenizer().vocabularySize() + 1, MOST_IDS);
            for (int id = 0; id < ids; id++) {
                codec.tokenizer().decode(new int[] {id});
            }
            codec.chatTemplate().ifPresent(template -> template.encode(codec.tokenizer(), CHAT));
        }
    }

    /** Parses the file {@code template} and renders a chat that ends with {@code message}. */
    static void render(InputFolder folder) {
        var variables = Map.of("bos_token", "<s>", "eos_token", "</s>");
        ChatTemplate template = ChatTemplate.parse(folder.text("template"), variables);
        var chat = new ArrayList<>(CHAT);
        chat.add(ChatMessage.assistant("Because."));
        chat.add(ChatMessage.user(folder.text("message")));
        template.render(chat, GenerationPrompt.ADD);
    }
}
