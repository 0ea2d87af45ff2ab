// Figures, their keys, scales and axes.

const figuresToDraw = [];

/** A figure that is drawn again when the page's width changes. */
function figure(parent, title, legend, label, draw, height) {
    const f = parent.append("figure");
    const caption = f.append("figcaption");
    caption.append("h4").text(title);
    const key = caption.append("div").attr("class", "legend");
    legend.forEach(([mark, words]) => {
        const item = key.append("span");
        mark(item.append("svg").attr("width", 18).attr("height", 12).attr("aria-hidden", true));
        item.append("span").text(words);
    });
    const svg = f.append("svg").attr("class", "plot").attr("role", "img")
        .attr("aria-label", label);
    figuresToDraw.push(() => {
        const width = Math.max(280, contentWidth(f.node()));
        svg.selectAll("*").remove();
        svg.attr("viewBox", [0, 0, width, height]);
        draw(svg, width, height);
    });
}

/** Of a figure, or of the place it will have when its details are opened. */
function contentWidth(node) {
    return node.clientWidth || main.node().clientWidth - 32 - 26;
}

const keyRing = s => svg => svg.append("circle").attr("class", "ring series-" + s)
    .attr("cx", 9).attr("cy", 6).attr("r", 4);
const keyDot = s => svg => svg.append("circle").attr("class", "dot series-" + s)
    .attr("cx", 9).attr("cy", 6).attr("r", 2.5);
const keyMark = s => s === 0 ? keyRing(s) : keyDot(s);
const keyBar = s => svg => svg.append("rect")
    .attr("class", (s === 0 ? "bar-hollow" : "bar-full") + " series-" + s)
    .attr("x", 3).attr("y", 1).attr("width", 12).attr("height", 10);
const keyOp = svg => svg.append("circle").attr("class", "dot series-0")
    .attr("cx", 9).attr("cy", 6).attr("r", 3.5);
const keyLine = style => svg => svg.append("line").attr("class", style)
    .attr("x1", 0).attr("x2", 18).attr("y1", 6).attr("y2", 6);
const keyWrong = svg => svg.append("circle").attr("class", "ring wrong")
    .attr("cx", 9).attr("cy", 6).attr("r", 4);

/**
 * A logarithmic scale with a band of its own for what is 0 or less, and one for what is not
 * finite, so that neither looks like a measurement and neither is lost. `start` is the end for
 * small values and `gap` what lies between it and its band, in pixels.
 */
function logScale(values, extras, start, end, gap) {
    const finite = values.filter(Number.isFinite);
    const positive = finite.concat(extras).filter(v => v > 0 && Number.isFinite(v));
    const zeros = finite.some(v => v <= 0);
    const broken = finite.length < values.length;
    const low = positive.length ? Math.floor(Math.log10(d3.min(positive))) : -12;
    const high = positive.length ? Math.ceil(Math.log10(d3.max(positive))) : 0;
    const toward = Math.sign(end - start);
    const BAND = 26;
    const from = start + toward * (zeros ? BAND + gap : 0);
    const to = end - toward * (broken ? BAND + gap : 0);
    const log = d3.scaleLog([10 ** low, 10 ** Math.max(high, low + 1)], [from, to]);
    const scale = v => !Number.isFinite(v) ? end - toward * BAND / 2
        : v <= 0 ? start + toward * BAND / 2 : log(v);
    const bands = [];
    if (zeros) bands.push({label: "0", from: start, to: start + toward * BAND});
    if (broken) bands.push({label: "NaN", from: end - toward * BAND, to: end});
    return {scale, log, bands, from, to};
}

/** Decades to write at an axis that has room for so many. */
function decades(log, room) {
    const [a, b] = log.domain().map(v => Math.round(Math.log10(v)));
    const step = Math.max(1, Math.ceil((b - a) / room));
    return d3.range(a, b + 1, step).map(e => 10 ** e);
}
const decade = v => "1e" + Math.round(Math.log10(v));

function logAxis(svg, axis, log, length, side, at) {
    const vertical = side === "left";
    const room = Math.max(2, Math.floor(Math.abs(axis.to - axis.from) / (vertical ? 28 : 52)));
    const ticks = decades(log, room);
    svg.append("g").selectAll("line").data(ticks).join("line").attr("class", "grid")
        .attr(vertical ? "y1" : "x1", log).attr(vertical ? "y2" : "x2", log)
        .attr(vertical ? "x1" : "y1", at)
        .attr(vertical ? "x2" : "y2", vertical ? at + length : at - length);
    for (const band of axis.bands) {
        const start = Math.min(band.from, band.to);
        const size = Math.abs(band.to - band.from);
        const middle = start + size / 2;
        svg.append("rect").attr("class", "floor")
            .attr("x", vertical ? at : start).attr("y", vertical ? start : at - length)
            .attr("width", vertical ? length : size).attr("height", vertical ? size : length);
        svg.append("text").attr("class", "faint")
            .attr("x", vertical ? at - 9 : middle).attr("y", vertical ? middle + 4 : at + 18)
            .attr("text-anchor", vertical ? "end" : "middle").text(band.label);
    }
    const drawn = (vertical ? d3.axisLeft(log) : d3.axisBottom(log))
        .tickValues(ticks).tickFormat(decade).tickSizeOuter(0);
    svg.append("g").attr("class", "axis")
        .attr("transform", vertical ? `translate(${at},0)` : `translate(0,${at})`).call(drawn);
}

function plainAxis(svg, scale, side, at, count, format) {
    const drawn = (side === "left" ? d3.axisLeft(scale) : d3.axisBottom(scale))
        .ticks(count, format).tickSizeOuter(0);
    svg.append("g").attr("class", "axis")
        .attr("transform", side === "left" ? `translate(${at},0)` : `translate(0,${at})`)
        .call(drawn);
}

function axisNames(svg, width, height, x, y) {
    svg.append("text").attr("class", "faint").attr("x", 4).attr("y", 12).text(y);
    svg.append("text").attr("class", "faint").attr("x", width - 8).attr("y", height - 4)
        .attr("text-anchor", "end").text(x);
}
