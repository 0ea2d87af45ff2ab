package dev.trilobit.model.text;

/** Whether a rendered conversation ends with the opening of the model's answer. */
public enum GenerationPrompt {
    /** The model is to answer next. */
    ADD,
    /** The conversation stands as it is. */
    OMIT
}
