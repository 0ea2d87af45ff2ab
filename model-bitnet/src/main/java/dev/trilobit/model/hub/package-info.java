/**
 * Models from a hub that speaks Hugging Face's protocol: what a repository holds, which of it runs
 * best here, downloads, and the cache that other programs share.
 */
package dev.trilobit.model.hub;
