package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.DecoderSession;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class OpenSessionsTest {
    @Test
    void aSessionWhoseCloseFailsIsNotOpenAnyMore() {
        var failure = new BackendException("device lost");
        var broken =
                (DecoderSession)
                        Proxy.newProxyInstance(
                                DecoderSession.class.getClassLoader(),
                                new Class<?>[] {DecoderSession.class},
                                (_, _, _) -> {
                                    throw failure;
                                });
        var sessions = new OpenSessions("toys");
        sessions.enter();
        var session = new CountedSession(broken, sessions);

        assertSame(failure, assertThrows(BackendException.class, session::close));

        assertDoesNotThrow(sessions::closeAll);
        assertDoesNotThrow(session::close);
    }
}
