package planted.trilobit.backend.cpu;

import java.util.logging.Logger;

/** A fault: libraries log through System.Logger. */
final class LogsByItself {
    static final Logger LOG = Logger.getLogger("planted");

    private LogsByItself() {}
}
