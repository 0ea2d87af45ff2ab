package dev.trilobit.model.file;

/**
 * Reports a tensor of two bits that was taken for ternary by a sample of it, and is not: its fourth
 * code is in use elsewhere. Who reads all codes first gets its true format.
 */
public final class FourthCodeException extends ModelFormatException {
    private static final long serialVersionUID = 1;

    /** Reports {@code tensor}. */
    public FourthCodeException(StoredTensor tensor) {
        super(
                tensor.file(),
                "tensor %s at byte %d: expected codes up to 2 throughout, as at its beginning and end, got 3: its weights are affine, of two bits"
                        .formatted(tensor.name(), tensor.byteOffset()));
    }
}
