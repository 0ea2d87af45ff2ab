package dev.trilobit.model.text;

/**
 * A token that is matched as a whole string before the text is split into pieces.
 *
 * @param id its number
 * @param content the exact string
 * @param special control token: gives no text, and text of users never becomes it
 * @param stripLeft takes the white space before it
 * @param stripRight takes the white space after it
 * @param singleWord matches only where no word character touches it
 */
record AddedToken(
        int id,
        String content,
        boolean special,
        boolean stripLeft,
        boolean stripRight,
        boolean singleWord) {
    /** Returns this token as a control token. */
    AddedToken asSpecial() {
        return new AddedToken(id, content, true, stripLeft, stripRight, singleWord);
    }
}
