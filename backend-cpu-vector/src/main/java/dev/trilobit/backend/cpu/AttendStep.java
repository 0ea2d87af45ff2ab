package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.AttentionSpec;

/**
 * Causal grouped-query attention over the cached positions. The result of a token is joined from
 * those of its pages in ascending order, each of which is computed by itself in an order fixed by
 * absolute positions: neither the number of threads nor that of the step's tokens changes a bit.
 *
 * <p>In a step of few tokens threads share pages and heads; one then joins what they found. In a
 * step of many they share tokens and heads. Nothing is allocated but a new page of the cache.
 */
final class AttendStep implements Step {
    /** Below this many multiplications, waking the helpers costs more than they save. */
    private static final long SHARED_WORK = 64 * 1024;

    /** The same for stored numbers. */
    private static final long SHARED_NUMBERS = 16 * 1024;

    private final SessionBuffers buffers;
    private final float[] queries;
    private final float[] keys;
    private final float[] values;
    private final float[] out;
    private final AttentionSpec spec;
    private final int headsPerKv;
    private final KvCache cache;
    private final KvLayout layout;
    private final PageAttention[] workers;
    private final AttentionRows parts;
    // Which pages are worked on now, and where the first of them has its rows.
    private int firstPage;
    private int firstPlace;

    private final RowPool.Work storing = this::store;
    private final RowPool.Work attendingByPage = this::attendByPage;
    private final RowPool.Work attendingByToken = this::attendByToken;

    AttendStep(
            SessionBuffers buffers,
            float[] queries,
            float[] keys,
            float[] values,
            float[] out,
            AttentionSpec spec) {
        this.buffers = buffers;
        this.queries = queries;
        this.keys = keys;
        this.values = values;
        this.out = out;
        this.spec = spec;
        headsPerKv = spec.heads() / spec.kvHeads();
        cache = buffers.newCache(spec);
        layout = cache.layout();
        workers = buffers.attentionScratch().workers(layout, spec.heads());
        parts =
                buffers.attentionScratch()
                        .parts(layout, spec.heads(), layout.pages(buffers.maxContextTokens()));
    }

    @Override
    public void run() {
        int position = buffers.tokens().position();
        int count = buffers.tokens().count();
        cache.reserve(position + count);
        int tiles = (position + count - 1) / KvLayout.TILE - position / KvLayout.TILE + 1;
        share(storing, tiles, (long) count * spec.kvWidth() < SHARED_NUMBERS);
        long work = 2L * count * spec.queryWidth() * (position + count);
        if (count <= PageAttention.MOST_TOKENS) {
            attendPages(layout.pages(position + count), work < SHARED_WORK);
            for (int row = 0; row < count * spec.heads(); row++) {
                finish(parts, row, row / spec.heads(), row % spec.heads());
            }
        } else {
            int units = Math.ceilDiv(count, PageAttention.MOST_TOKENS) * spec.kvHeads();
            share(attendingByToken, units, work < SHARED_WORK);
        }
    }

    /**
     * Attends over all pages, as many at a time as there are places for, and joins each with those
     * before it, whose place is the first.
     */
    private void attendPages(int pages, boolean alone) {
        int places = parts.size() / (buffers.tokens().count() * spec.heads());
        for (firstPage = 0; firstPage < pages; ) {
            firstPlace = firstPage == 0 ? 0 : 1;
            int end = Math.min(pages, firstPage + places - firstPlace);
            share(attendingByPage, (end - firstPage) * spec.kvHeads(), alone);
            join(firstPage, end);
            firstPage = end;
        }
    }

    private void share(RowPool.Work work, int units, boolean alone) {
        if (alone) {
            work.run(0, units, 0);
        } else {
            buffers.pool().run(work, units);
        }
    }

    /** A unit is the tokens of a step that fall into one tile of the cache. */
    private void store(int from, int to, int worker) {
        int position = buffers.tokens().position();
        int end = position + buffers.tokens().count();
        int firstTile = position / KvLayout.TILE;
        int first = Math.max(position, (firstTile + from) * KvLayout.TILE);
        int last = Math.min(end, (firstTile + to) * KvLayout.TILE);
        for (int p = first; p < last; p++) {
            int token = (p - position) * spec.kvWidth();
            for (int head = 0; head < spec.kvHeads(); head++) {
                cache.store(p, head, keys, values, token + head * spec.headDim());
            }
        }
    }

    /** A unit is a head of a page, for all tokens. */
    private void attendByPage(int from, int to, int worker) {
        int count = buffers.tokens().count();
        for (int unit = from; unit < to; unit++) {
            int page = unit / spec.kvHeads();
            int kvHead = unit % spec.kvHeads();
            attend(
                    workers[worker],
                    firstPage + page,
                    kvHead,
                    0,
                    count,
                    parts,
                    (firstPlace + page) * count * spec.heads() + kvHead * headsPerKv,
                    spec.heads());
        }
    }

    /** A unit is a head of a few tokens, for all pages. */
    private void attendByToken(int from, int to, int worker) {
        PageAttention mine = workers[worker];
        int position = buffers.tokens().position();
        int count = buffers.tokens().count();
        for (int unit = from; unit < to; unit++) {
            int kvHead = unit % spec.kvHeads();
            int token = unit / spec.kvHeads() * PageAttention.MOST_TOKENS;
            int tokens = Math.min(PageAttention.MOST_TOKENS, count - token);
            int pages = layout.pages(position + token + tokens);
            for (int page = 0; page < pages; page++) {
                AttentionRows rows = page == 0 ? mine.before() : mine.page();
                attend(mine, page, kvHead, token, tokens, rows, 0, headsPerKv);
                for (int t = 0; t < tokens && page > 0; t++) {
                    if (sees(page, position + token + t)) {
                        for (int h = 0; h < headsPerKv; h++) {
                            int row = t * headsPerKv + h;
                            mine.before().join(row, rows, row);
                        }
                    }
                }
            }
            for (int t = 0; t < tokens; t++) {
                for (int h = 0; h < headsPerKv; h++) {
                    finish(mine.before(), t * headsPerKv + h, token + t, kvHead * headsPerKv + h);
                }
            }
        }
    }

    private void attend(
            PageAttention worker,
            int page,
            int kvHead,
            int token,
            int tokens,
            AttentionRows rows,
            int row,
            int rowStride) {
        int position = buffers.tokens().position();
        int queryAt = token * spec.queryWidth() + kvHead * headsPerKv * spec.headDim();
        worker.attend(
                cache.page(page),
                kvHead,
                position + token + 1 - page * layout.pagePositions(),
                tokens,
                queries,
                queryAt,
                spec.queryWidth(),
                spec.scale(),
                rows,
                row,
                rowStride);
    }

    /** Joins what {@link #attendByPage} left of some pages to the first place. */
    private void join(int from, int to) {
        int position = buffers.tokens().position();
        int rows = buffers.tokens().count() * spec.heads();
        for (int row = 0; row < rows; row++) {
            for (int page = Math.max(from, 1); page < to; page++) {
                if (sees(page, position + row / spec.heads())) {
                    parts.join(row, parts, (firstPlace + page - from) * rows + row);
                }
            }
        }
    }

    private boolean sees(int page, int position) {
        return page * layout.pagePositions() <= position;
    }

    private void finish(AttentionRows rows, int row, int token, int head) {
        int at = token * spec.queryWidth() + head * spec.headDim();
        rows.finish(row, layout.codec().unit(), out, at, spec.headDim());
    }
}
