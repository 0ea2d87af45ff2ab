/**
 * Decodes the tensors of GGUF files into the weight formats of the API and encodes them again,
 * number for number: nothing is quantized here.
 */
package dev.trilobit.model.layout;
