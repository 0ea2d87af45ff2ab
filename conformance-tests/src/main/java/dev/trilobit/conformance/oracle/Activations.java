package dev.trilobit.conformance.oracle;

/**
 * A value of the program for every token of a sequence. Element i of all tokens lies together,
 * since a matrix row is multiplied with all tokens at once; each sum still runs over the columns in
 * their order.
 */
final class Activations {
    private final int tokens;
    private final double[][] elements;

    /** Makes zeros. */
    Activations(int width, int tokens) {
        this.tokens = tokens;
        this.elements = new double[width][tokens];
    }

    int width() {
        return elements.length;
    }

    int tokens() {
        return tokens;
    }

    /** Element {@code i} of every token: [tokens]; shared. */
    double[] element(int i) {
        return elements[i];
    }

    double get(int token, int i) {
        return elements[i][token];
    }

    void set(int token, int i, double value) {
        elements[i][token] = value;
    }

    /** The elements of one token: [width], a copy. */
    double[] token(int token) {
        var out = new double[width()];
        for (int i = 0; i < out.length; i++) {
            out[i] = elements[i][token];
        }
        return out;
    }

    void setToken(int token, double[] values) {
        for (int i = 0; i < values.length; i++) {
            elements[i][token] = values[i];
        }
    }

    /** Rounds every number to the nearest f32. */
    void roundToFloat() {
        for (double[] element : elements) {
            for (int t = 0; t < element.length; t++) {
                element[t] = (float) element[t];
            }
        }
    }

    /** The tokens from {@code from} to before {@code to}, a copy. */
    Activations slice(int from, int to) {
        var out = new Activations(width(), to - from);
        for (int i = 0; i < width(); i++) {
            System.arraycopy(elements[i], from, out.elements[i], 0, to - from);
        }
        return out;
    }
}
