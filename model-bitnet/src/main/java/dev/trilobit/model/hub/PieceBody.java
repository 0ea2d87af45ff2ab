package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The body of a response that carries bytes of a file: written as they come. After {@link #stop}
 * nothing more is written, whatever still arrives.
 */
final class PieceBody implements BodySubscriber<Void> {
    /** Takes bytes. */
    @FunctionalInterface
    interface Sink {
        void accept(ByteBuffer data) throws IOException;
    }

    private final Sink sink;
    private final CompletableFuture<Void> body = new CompletableFuture<>();
    private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
    private volatile boolean stopped;

    PieceBody(Sink sink) {
        this.sink = sink;
    }

    @Override
    public CompletionStage<Void> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription fresh) {
        subscription.set(fresh);
        if (stopped) {
            fresh.cancel();
        } else {
            fresh.request(Long.MAX_VALUE);
        }
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        if (stopped) {
            return;
        }
        try {
            for (ByteBuffer buffer : buffers) {
                sink.accept(buffer);
            }
        } catch (IOException | RuntimeException e) {
            refuse(e);
        }
    }

    @Override
    public void onError(Throwable problem) {
        body.completeExceptionally(problem);
    }

    @Override
    public void onComplete() {
        body.complete(null);
    }

    /** Takes nothing (more) and ends the exchange, which then has failed. */
    void refuse(Exception reason) {
        body.completeExceptionally(reason);
        stop();
    }

    /** Waits for what is being written and takes nothing more. */
    synchronized void stop() {
        stopped = true;
        Optional.ofNullable(subscription.get()).ifPresent(Flow.Subscription::cancel);
    }
}
