/**
 * Fuzz targets: every parser that reads a file somebody else made. Each holds the parser to what
 * its javadoc declares: its exceptions, memory in proportion to the file, and an end.
 */
@NullMarked
package dev.trilobit.fuzz;

import org.jspecify.annotations.NullMarked;
