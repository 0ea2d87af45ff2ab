/**
 * Text in and out: {@link dev.trilobit.model.text.Tokenizer tokenizer}, {@link
 * dev.trilobit.model.text.StreamingDecoder streaming decoder} and {@link
 * dev.trilobit.model.text.ChatTemplate chat template} of a model, joined in {@link
 * dev.trilobit.model.text.TextCodec}.
 *
 * <p>Text of users never becomes a control token, neither in a raw prompt nor in a chat.
 */
package dev.trilobit.model.text;
