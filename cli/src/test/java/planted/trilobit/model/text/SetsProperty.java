package planted.trilobit.model.text;

/** A fault: it changes the whole process. */
final class SetsProperty {
    private SetsProperty() {}

    static void set() {
        System.setProperty("planted", "");
    }
}
