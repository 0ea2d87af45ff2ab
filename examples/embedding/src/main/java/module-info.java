/** A program that embeds Trilobit. */
module example.stories {
    requires dev.trilobit.model;
    requires dev.trilobit.model.embedded;
}
