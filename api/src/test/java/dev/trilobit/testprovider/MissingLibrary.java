package dev.trilobit.testprovider;

/** Stands for a library of the platform; the class loader of the test does not find it. */
public class MissingLibrary {
    /** Loads nothing. */
    public MissingLibrary() {}
}
