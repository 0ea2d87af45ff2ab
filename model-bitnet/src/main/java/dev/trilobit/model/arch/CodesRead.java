package dev.trilobit.model.arch;

/** How much of a tensor of two bits is read to find out whether it is ternary. */
enum CodesRead {
    /** A few pages of each end: opening a file reads no more of it. */
    SAMPLE,
    /** All, at the speed of memory, or of the disk. */
    ALL
}
