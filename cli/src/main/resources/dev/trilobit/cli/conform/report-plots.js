// The plots.

const HEIGHT = 280;

/** The different limits among those of the paths: [{limit, names}], the names those it is for. */
function limitsOf(paths, limit) {
    return d3.groups(paths.filter(p => limit(p) !== undefined), limit)
        .map(([value, list]) => ({limit: value, names: list.map(p => p.path).join(", ")}));
}

function klByPosition(parent, name, paths) {
    const limits = limitsOf(paths, p => p.limits.divergence);
    const all = paths.flatMap(p => p.points);
    const wrong = all.some(isWrong);
    const legend = paths.map((p, s) =>
        [keyMark(s), `${p.path}, mean ${power(p.agreement.kl_forward.mean)} nats`]);
    for (const {limit, names} of limits) {
        legend.push([keyLine("limit"), `limit of the mean ${power(limit)}`
            + (limits.length > 1 ? `, ${names}` : "")]);
    }
    legend.push([keyLine("mean series-0"), "mean of each"]);
    if (wrong) legend.push([keyWrong, "another choice than the oracle's, or not finite"]);
    figure(parent, "Divergence by position", legend,
        `KL divergence of ${name} from the oracle at each position of its sequences, `
            + `logarithmic: ${paths.map(describe).join("; ")}`,
        (svg, width, height) => {
            const left = 50, right = 10, top = 22, bottom = 36;
            const y = logScale(all.map(p => p.forward),
                limits.map(l => l.limit), height - bottom, top, 6);
            const x = d3.scaleLinear([0, Math.max(1, d3.max(all, p => p.position))],
                [left + 8, width - right - 6]);
            logAxis(svg, y, y.log, width - left - right, "left", left);
            plainAxis(svg, x, "bottom", height - bottom, Math.min(10, width / 60), "d");
            axisNames(svg, width, height, "position in the sequence (tokens)",
                "KL(oracle || backend) in nats");
            paths.forEach((p, s) => {
                svg.append("g").attr("class", "series-" + s).selectAll("circle")
                    .data(p.points).join("circle")
                    .attr("class", d => `mark-kl ${s === 0 ? "ring" : "dot"}`
                        + (isWrong(d) ? " wrong" : ""))
                    .attr("cx", d => x(d.position)).attr("cy", d => y.scale(d.forward))
                    .attr("r", s === 0 ? 3.2 : 1.5)
                    .append("title").text(d => `${p.path}, sequence ${d.chunk}, position `
                        + `${d.position}: KL ${power(d.forward)} nats, reverse `
                        + `${power(d.reverse)}; choice ${d.choice.replace("_", " ")}`);
                const mean = number(p.agreement.kl_forward.mean);
                if (Number.isFinite(mean)) {
                    horizontal(svg, "mean series-" + s, y.scale(mean), left, width - right);
                }
            });
            limits.forEach(l => limitLine(svg, l, y.scale(l.limit), left, width - right));
        }, HEIGHT + 40);
}

const isWrong = p => p.choice === "different" || p.choice === "not_finite";
const describe = p => `${p.path} mean ${power(p.agreement.kl_forward.mean)}, largest `
    + `${power(p.agreement.kl_forward.max)} nats`;

function horizontal(svg, style, y, from, to) {
    return svg.append("line").attr("class", style).attr("x1", from).attr("x2", to)
        .attr("y1", y).attr("y2", y);
}

function limitLine(svg, {limit, names}, y, from, to) {
    horizontal(svg, "limit", y, from, to).attr("data-limit", limit).attr("data-paths", names)
        .append("title").text(`limit ${text(limit)}, ${names}`);
}

function klHistogram(parent, name, paths) {
    const all = paths.flatMap(p => p.points.map(q => q.forward));
    figure(parent, "How the divergence is spread",
        paths.map((p, s) => [keyBar(s), `${p.path}, 99th percentile `
            + `${power(p.agreement.kl_forward.p99)}, largest ${power(p.agreement.kl_forward.max)}`]),
        `Histogram of the KL divergence of ${name}: ${paths.map(describe).join("; ")}`,
        (svg, width, height) => {
            const left = 50, right = 24, top = 22, bottom = 40;
            const x = logScale(all, [], left, width - right, 24);
            const counted = paths.map(p => bins(p.points.map(q => q.forward)));
            const most = d3.max(counted, list => d3.max(list, bin => bin.count));
            const y = d3.scaleLinear([0, most], [height - bottom, top]).nice();
            logAxis(svg, x, x.log, height - bottom - top, "bottom", height - bottom);
            plainAxis(svg, y, "left", left, 5, "d");
            axisNames(svg, width, height, "KL(oracle || backend) in nats", "positions");
            counted.forEach((list, s) => {
                svg.append("g").attr("class", "series-" + s).selectAll("rect")
                    .data(list).join("rect")
                    .attr("class", `mark-bin ${s === 0 ? "bar-hollow" : "bar-full"}`)
                    .attr("data-count", bin => bin.count)
                    .each(function (bin) {
                        const [from, to] = place(bin, x);
                        const each = (to - from - 1) / counted.length;
                        d3.select(this).attr("x", from + 0.5 + s * each)
                            .attr("width", Math.max(0.5, each))
                            .attr("y", y(bin.count))
                            .attr("height", y(0) - y(bin.count));
                    })
                    .append("title").text(bin => `${paths[s].path}: `
                        + `${plural(bin.count, "position", "positions")}, ${bin.label}`);
            });
        }, HEIGHT);
}

/** Quarters of decades that are not empty, and what lies outside the logarithm. */
function bins(values) {
    const counts = new Map();
    const count = (key, bin) => {
        if (!counts.has(key)) counts.set(key, {...bin, count: 0});
        counts.get(key).count++;
    };
    for (const v of values) {
        if (!Number.isFinite(v)) {
            count("nan", {band: "NaN", label: "not finite"});
        } else if (v <= 0) {
            count("zero", {band: "0", label: "0 or less"});
        } else {
            const quarter = Math.floor(4 * Math.log10(v));
            const from = 10 ** (quarter / 4), to = 10 ** ((quarter + 1) / 4);
            count(quarter, {from, to, label: `${power(from)} to ${power(to)} nats`});
        }
    }
    return [...counts.values()];
}

function place(bin, x) {
    const band = x.bands.find(b => b.label === bin.band);
    if (band) {
        return [Math.min(band.from, band.to) + 4, Math.max(band.from, band.to) - 4];
    }
    const [low, high] = x.log.domain();
    return [x.log(Math.max(bin.from, low)), x.log(Math.min(bin.to, high))];
}

function top1ByChunk(parent, name, paths) {
    const limits = limitsOf(paths, p => p.limits.worstChunkTop1);
    const shares = paths.flatMap(p => p.agreement.top1_by_chunk.map(number));
    const legend = paths.map((p, s) => [keyMark(s), `${p.path}, ${percent(p.agreement.top1)} in all`]);
    for (const {limit, names} of limits) {
        legend.push([keyLine("limit"), `limit of the worst sequence ${percent(limit)}`
            + (limits.length > 1 ? `, ${names}` : "")]);
    }
    figure(parent, "Same most likely token, by sequence", legend,
        `Share of positions of each sequence where ${name} has the oracle's most likely token: `
            + paths.map(p => `${p.path} ${percent(p.agreement.top1)}, worst `
                + percent(p.agreement.worst_chunk_top1)).join("; "),
        (svg, width, height) => {
            const left = 62, right = 10, top = 22, bottom = 36;
            const least = d3.min([...shares, 1, ...limits.map(l => l.limit)]);
            const y = d3.scaleLinear([Math.max(0, least - 0.1 * (1 - least) - 0.002), 1],
                [height - bottom, top + 8]);
            const chunks = d3.max(paths, p => p.agreement.top1_by_chunk.length);
            const x = d3.scaleLinear([-0.5, chunks - 0.5], [left, width - right]);
            svg.append("g").selectAll("line").data(y.ticks(4)).join("line")
                .attr("class", "grid").attr("x1", left).attr("x2", width - right)
                .attr("y1", y).attr("y2", y);
            plainAxis(svg, y, "left", left, 4, "~%");
            svg.append("g").attr("class", "axis")
                .attr("transform", `translate(0,${height - bottom})`)
                .call(d3.axisBottom(x).tickSizeOuter(0).tickFormat(d3.format("d"))
                    .tickValues(d3.ticks(0, chunks - 1, Math.min(chunks, width / 50))
                        .filter(Number.isInteger)));
            axisNames(svg, width, height, "sequence", "top-1 share");
            limits.forEach(l => limitLine(svg, l, y(l.limit), left, width - right));
            paths.forEach((p, s) => svg.append("g").attr("class", "series-" + s)
                .selectAll("circle").data(p.agreement.top1_by_chunk.map(number)).join("circle")
                .attr("class", v => `mark-chunk ${s === 0 ? "ring" : "dot"}`
                    + (v < p.limits.worstChunkTop1 ? " wrong" : ""))
                .attr("cx", (_, i) => x(i)).attr("cy", y).attr("r", s === 0 ? 6 : 3)
                .append("title").text((v, i) => `${p.path}, sequence ${i}: ${percent(v)}`));
        }, 220);
}

function opErrors(parent, backend, name, taken) {
    const kinds = [...d3.group(taken, m => m.kind).keys()];
    const limits = [...new Set(taken.map(m => m.limit).filter(v => v > 0))];
    const broken = taken.filter(m => !m.passes).length;
    const legend = [[keyOp, plural(taken.length, "measurement", "measurements")]];
    for (const limit of limits.slice(0, 3)) {
        legend.push([keyLine("limit"), `limit ${text(limit)}`]);
    }
    figure(parent, name[0].toUpperCase() + name.slice(1), legend,
        `${name} of one-op programs on ${backend}, logarithmic, by kind of op: `
            + `${taken.length} measurements, ${broken} beyond their limit`,
        (svg, width, height) => {
            const long = d3.max(kinds, k => k.length);
            const left = Math.min(Math.round(width * 0.32), 14 + 7 * long), right = 24;
            const top = 12, bottom = 40;
            const x = logScale(taken.map(m => m.value), limits, left, width - right, 24);
            const y = d3.scaleBand(kinds, [top, height - bottom]).paddingInner(0.25);
            logAxis(svg, x, x.log, height - bottom - top, "bottom", height - bottom);
            axisNames(svg, width, height, name, "");
            for (const kind of kinds) {
                svg.append("text").attr("x", left - 10).attr("text-anchor", "end")
                    .attr("y", y(kind) + y.bandwidth() / 2 + 4)
                    .text(shortened(kind, (left - 14) / 6.6)).append("title").text(kind);
            }
            for (const limit of limits) {
                svg.append("line").attr("class", "limit").attr("data-limit", limit)
                    .attr("x1", x.scale(limit))
                    .attr("x2", x.scale(limit)).attr("y1", top).attr("y2", height - bottom);
            }
            const seen = new Map();
            svg.append("g").selectAll("circle").data(taken).join("circle")
                .attr("class", m => "mark-op" + (m.passes ? "" : " wrong"))
                .attr("r", 3)
                .attr("cx", m => x.scale(m.value))
                .attr("cy", m => {
                    // Spread over the band in a fixed pattern, so that equal errors show.
                    const n = seen.get(m.kind) || 0;
                    seen.set(m.kind, n + 1);
                    return y(m.kind) + y.bandwidth() * ((n * 0.618034) % 1);
                })
                .append("title").text(m => `${m.check}: ${m.name} ${power(m.value)}, at most `
                    + power(m.limit));
        }, 70 + 34 * Math.max(2, kinds.length));
}

const shortened = (words, room) =>
    words.length <= room ? words : words.slice(0, Math.max(1, Math.floor(room) - 1)) + "\u2026";
