import org.jspecify.annotations.NullMarked;

/** Small trained models as resources; see {@code MODEL_CARD.md} of this module. */
@NullMarked
module dev.trilobit.model.embedded {
    requires transitive dev.trilobit.model;
    requires static org.jspecify;

    exports dev.trilobit.model.embedded;
}
