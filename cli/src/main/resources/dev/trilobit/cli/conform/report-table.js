// Words, tables and lists. The parts of the page's script share one scope, in the order of
// ReportPage.SCRIPTS.

const report = JSON.parse(document.getElementById("data").textContent);
const main = d3.select("#report");
// Numbers that JSON has no form for are strings, which Number reads back.
const number = value => Number(value);

/** A figure for tables: whole numbers whole, shares and losses short, the rest in powers. */
function text(value) {
    const x = number(value);
    if (!Number.isFinite(x)) return String(x);
    if (Number.isInteger(x)) return x.toLocaleString("en");
    return Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 ? d3.format(".5~g")(x) : power(x);
}
const power = x => number(x) === 0 ? "0" : d3.format(".2e")(number(x)).replace("\u2212", "-");
const percent = x => d3.format(".2f")(100 * number(x)) + " %";
const seconds = millis => d3.format(".1f")(millis / 1000) + " s";
const plural = (n, one, many) => n.toLocaleString("en") + " " + (n === 1 ? one : many);
const SIGN = {passed: "\u2713", failed: "\u2717", refused: "\u2013", skipped: "\u2013"};

function badge(parent, verdict) {
    parent.append("span").attr("class", "badge " + verdict)
        .text(SIGN[verdict] + " " + verdict);
}

const verdict = (parent, v) => parent.append("span").attr("class", v).text(`${SIGN[v]} ${v}`);

/** Those of models that people brought first; else in the order they have. */
const broughtFirst = (list, check) =>
    d3.sort(list, one => check(one).model ? 0 : 1);

function facts(parent, entries) {
    const list = parent.append("dl").attr("class", "facts");
    for (const [name, value, code] of entries) {
        if (value === undefined || value === "") continue;
        list.append("dt").text(name);
        const cell = list.append("dd");
        (code ? cell.append("code") : cell).text(value);
    }
}

/**
 * A table; a column is {head, number?, group?, cell(row)} where cell gives text or fills a cell.
 * Neighbours of one group share a heading above their own.
 */
function table(parent, caption, columns, rows, rowClass) {
    parent.append("p").attr("class", "caption").text(caption);
    const t = parent.append("div").attr("class", "scroll").attr("tabindex", 0)
        .attr("role", "region").attr("aria-label", caption).append("table");
    const head = t.append("thead");
    if (columns.some(c => c.group)) {
        const groups = [];
        for (const c of columns) {
            if (c.group && groups.length && groups.at(-1).name === c.group) {
                groups.at(-1).span++;
            } else {
                groups.push({name: c.group || "", span: 1});
            }
        }
        head.append("tr").attr("class", "groups").selectAll("td").data(groups)
            .join(enter => enter.append(g => document.createElement(g.name ? "th" : "td")))
            .attr("colspan", g => g.span).attr("scope", g => g.name ? "colgroup" : null)
            .text(g => g.name);
    }
    head.append("tr").selectAll("th").data(columns).join("th").attr("scope", "col")
        .attr("class", c => c.number ? "number" : null).text(c => c.head);
    const body = t.append("tbody");
    for (const row of rows) {
        const tr = body.append("tr").attr("class", rowClass ? rowClass(row) : null);
        columns.forEach((column, i) => {
            const cell = tr.append(i === 0 ? "th" : "td");
            if (i === 0) cell.attr("scope", "row");
            cell.attr("class", column.number ? "number" : column.style || null);
            const value = column.cell(row, cell);
            if (typeof value === "string") cell.text(value);
        });
    }
}

const column = (head, cell) => ({head, cell});
const figures = (head, cell) => ({head, cell, number: true});
