package dev.trilobit.model;

import dev.trilobit.model.text.ChatMessage;
import dev.trilobit.model.text.StreamingDecoder;
import dev.trilobit.model.text.TextCodec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The text rules of an open model. */
final class CodecText implements ModelText {
    private final TextCodec codec;

    CodecText(TextCodec codec) {
        this.codec = codec;
    }

    @Override
    public int[] encodePrompt(String text) {
        return codec.encodePrompt(text);
    }

    @Override
    public int[] encodeMore(String text) {
        return codec.tokenizer().encodeMore(text);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        return codec.chatTemplate()
                .map(template -> template.encode(codec.tokenizer(), messages))
                .orElseGet(() -> codec.encodePrompt(joined(messages)));
    }

    /** One message a line, and the answer on the next: what a base model can continue. */
    private static String joined(List<ChatMessage> messages) {
        return messages.stream()
                .map(message -> message.content() + "\n")
                .collect(Collectors.joining());
    }

    @Override
    public boolean hasTemplate() {
        return codec.chatTemplate().isPresent();
    }

    @Override
    public Set<Integer> endTokens() {
        return codec.endTokens();
    }

    @Override
    public TextStream newStream() {
        StreamingDecoder decoder = codec.tokenizer().newDecoder();
        return new TextStream() {
            @Override
            public String accept(int token) {
                return decoder.accept(token);
            }

            @Override
            public String flush() {
                return decoder.flush();
            }
        };
    }
}
