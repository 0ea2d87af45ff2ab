package planted.trilobit.model.text;

/** A fault: configuration that nobody finds. */
final class ReadsProperty {
    private ReadsProperty() {}

    static String value() {
        return System.getProperty("planted", "");
    }
}
