package dev.trilobit.api.backend;

/**
 * A chosen, open backend.
 *
 * @param id of its provider
 * @param backend open; the receiver closes it
 * @param report why this one
 */
public record Selection(String id, Backend backend, SelectionReport report) {}
