// The page from top to bottom.

const OP_FIGURES = {nmse: "normalised mean squared error"};

function header() {
    const machine = report.machine;
    const h1 = main.append("h1");
    h1.text("Trilobit conformance ");
    badge(h1, report.verdict);
    document.title = `Trilobit conformance: ${report.verdict}`;
    main.append("p").text(report.summary.replace(/^\w+: /, ""));
    facts(main, [
        ["backends", report.backends.map(b => b.available
            ? `${b.id} on ${b.device.name}` : `${b.id}, not available`).join("; ") || "none"],
        ["models", report.models.map(m => `${m.name} (${plural(m.sequences, "sequence", "sequences")}, `
            + `${plural(m.tokens, "token", "tokens")} of ${m.text})`).join("; ")],
        ["machine", `${machine.system}, ${machine.architecture}, `
            + plural(machine.processors, "processor", "processors")],
        ["Java", `${machine.java}, ${machine.vm}`],
        ["Trilobit", report.version],
        ["started", `${report.started}, took ${seconds(report.millis)}`],
        ["command", report.command, true],
    ]);
}

function findings(parent, title, checks, style) {
    if (!checks.length) return;
    parent.append("h3").text(title);
    const list = parent.append("ul").attr("class", "findings");
    for (const check of checks) {
        const item = list.append("li").attr("class", style);
        item.append("strong").text(`${check.contract}: ${check.check}`);
        item.append("ul").selectAll("li").data(check.findings).join("li").append("code")
            .text(f => f);
    }
}

function contracts(parent, backend) {
    parent.append("h3").text("Contracts");
    table(parent, "Checks of each contract by how they ended", [
        column("contract", c => c.name),
        figures("passed", c => text(c.passed)),
        figures("failed", c => text(c.failed)),
        figures("refused", c => text(c.refused)),
        figures("time", c => seconds(c.millis)),
    ], backend.contracts, c => c.failed ? "broken" : null);
}

function models(parent, checks) {
    const compared = checks.filter(check => check.agreements.length);
    const brought = compared.filter(check => check.model);
    const own = compared.filter(check => !check.model);
    if (!compared.length) return;
    parent.append("h3").text("Models against the oracle");
    modelTable(parent, brought);
    activationCost(parent, brought.flatMap(check => check.agreements
        .filter(a => a.path === "int8 activations").map(a => ({check, a}))));
    if (own.length) {
        const details = parent.append("details");
        details.append("summary").text(
            `${plural(own.length, "random model", "random models")} of the suite`);
        modelTable(details, own);
    }
}

/** In words too: a cost that was asked for, not a mistake of the backend. */
function activationCost(parent, costs) {
    for (const {check, a} of costs) {
        parent.append("p").text(`${check.model}: --activations int8 rounds what the model was trained `
            + `with as floats. Against the oracle with float activations this costs a mean KL of `
            + `${power(a.kl_forward.mean)} nats a position (99th percentile ${power(a.kl_forward.p99)}), `
            + `and the likeliest token is the same at ${percent(a.top1)} of the positions.`);
    }
}

function modelTable(parent, checks) {
    if (!checks.length) return;
    const spread = (group, get) => ["mean", "p99", "max"].map(part =>
        ({...figures(part, r => power(get(r.a)[part])), group}));
    table(parent, "KL in nats a position over the full vocabulary, oracle O, backend B. Perplexity over all positions; "
            + "not comparable with trilobit perplexity",
        [
            {...column("model", r => r.first ? r.check.check : ""), style: "model"},
            column("path", r => r.a.path),
            ...spread("KL(O || B)", a => a.kl_forward),
            ...spread("KL(B || O)", a => a.kl_reverse),
            {...figures("all", r => percent(r.a.top1)), group: "same top-1"},
            {...figures("worst", r => percent(r.a.worst_chunk_top1)), group: "same top-1"},
            figures("ties", r => text(r.a.choices.tied)),
            {...figures("B", r => loss(r.a.perplexity)), group: "perplexity, all positions"},
            {...figures("O", r => loss(r.a.reference_perplexity, true)), group: "perplexity, all positions"},
        ],
        checks.flatMap(check => check.agreements.map((a, i) => ({check, a, first: i === 0}))),
        r => (r.check.verdict === "failed" ? "broken" : "") + (r.first ? "" : " same"));
}

const loss = (p, plain) => !Number.isFinite(number(p.value)) ? text(p.value)
    : d3.format(".5r")(p.value)
        + (plain || p.standard_error === undefined ? ""
            : ` \u00b1 ${d3.format(".2r")(number(p.standard_error))}`);

function gates(parent, checks) {
    const all = checks.flatMap(check => check.measurements
        .filter(m => m.bound !== "none").map(m => ({check, m})));
    if (!all.length) return;
    parent.append("h3").text("Gates");
    const broken = all.filter(g => !g.m.passes);
    parent.append("p").text(`${plural(all.length, "gate", "gates")}, `
        + (broken.length ? `${broken.length} not kept.` : "all kept."));
    if (broken.length) gateTable(parent, "Gates that were not kept", broken, g => `${g.check.check}: ${g.m.name}`);
    // The models that people brought are what they look for.
    const groups = d3.groups(broughtFirst(all, g => g.check), g => g.check.model || g.check.contract);
    for (const [name, list] of groups) {
        const missed = list.filter(g => !g.m.passes).length;
        const details = parent.append("details").attr("class", "gates");
        if (list[0].check.model) details.attr("open", "");
        details.append("summary").text(`${name}: ${plural(list.length, "gate", "gates")}, `
            + (missed ? `${missed} not kept` : "all kept"));
        gateTable(details, `Gates of ${name}`, list,
            g => (g.check.model ? "" : g.check.check + ": ") + g.m.name);
    }
}

function gateTable(parent, caption, list, name) {
    table(parent, caption, [
        {head: "gate", style: "gate", cell: name},
        figures("measured", g => text(g.m.value)),
        figures("limit", g => (g.m.bound === "at_most" ? "\u2264 " : "\u2265 ") + text(g.m.limit)),
        column("verdict", (g, cell) => verdict(cell, g.m.passes ? "passed" : "failed")),
    ], list, g => g.m.passes ? null : "broken");
}

/** The limits of a path; those of the suite's own models are in its gates. */
function pathLimits(check, path) {
    const gate = name => {
        const found = check.measurements.find(m => m.bound !== "none" && m.name === `${path}: ${name}`);
        return found === undefined ? undefined : number(found.limit);
    };
    return check.limits ? {
        divergence: number(check.limits[`${path}_divergence`]),
        worstChunkTop1: number(check.limits.worst_chunk_top1),
    } : {
        divergence: gate("KL(oracle || backend), mean nats"),
        worstChunkTop1: gate("top-1 share of the worst sequence"),
    };
}

function plots(parent, checks) {
    const shown = broughtFirst(checks.filter(check => check.agreements.length), c => c);
    if (!shown.length) return;
    parent.append("h3").text("Plots");
    for (const check of shown) {
        const details = parent.append("details").attr("class", "model");
        if (check.model || check.verdict === "failed") details.attr("open", "");
        const summary = details.append("summary");
        summary.append("strong").text(check.check + " ");
        badge(summary, check.verdict);
        const paths = check.agreements.map(agreement => ({
            path: agreement.path,
            agreement,
            limits: pathLimits(check, agreement.path),
            points: points(agreement.positions),
        }));
        klByPosition(details, check.check, paths);
        klHistogram(details, check.check, paths);
        top1ByChunk(details, check.check, paths);
    }
}

function points(columns) {
    return columns.position.map((position, i) => ({
        position,
        chunk: columns.chunk[i],
        forward: number(columns.kl_forward[i]),
        reverse: number(columns.kl_reverse[i]),
        choice: columns.choice[i],
    }));
}

/** Errors of the op contract; the first word of a check says which op it tries. */
function ops(parent, backend) {
    const taken = backend.checks.filter(check => check.contract === "op")
        .flatMap(check => check.measurements.filter(m => m.bound === "at_most").map(m => ({
            check: check.check,
            kind: check.check.split(/[ :,]/)[0],
            name: m.name,
            value: number(m.value),
            limit: number(m.limit),
            passes: m.passes,
        })));
    if (!taken.length) return;
    parent.append("h3").text("Single ops");
    for (const [name, list] of d3.group(taken, m => m.name)) {
        opErrors(parent, backend.id, OP_FIGURES[name] || name, list);
    }
}

function section(backend) {
    const part = main.append("section").attr("aria-label", backend.id);
    const h2 = part.append("h2");
    h2.text(backend.id + " ");
    badge(h2, backend.verdict);
    if (!backend.available) {
        part.append("p").text(`Not available: ${backend.reason}`);
        return;
    }
    facts(part, [
        ["device", backend.device.name],
        ...Object.entries(backend.device.properties),
        ["options", Object.entries(backend.options).map(([k, v]) => `${k}=${v}`).join(", ")],
        ["limits", backend.budget.reason],
    ]);
    const ended = verdict => backend.checks.filter(check => check.verdict === verdict);
    findings(part, "What failed", ended("failed"), "failed-finding");
    contracts(part, backend);
    models(part, backend.checks);
    gates(part, backend.checks);
    plots(part, backend.checks);
    ops(part, backend);
    findings(part, "Refused by design", ended("refused"), "");
}

header();
report.backends.forEach(section);
main.append("footer").attr("class", "faint").text(
    "Everything is measured against a float64 oracle that knows no backend. The band \u201c0\u201d of a "
    + "logarithmic axis holds what is exactly zero (or negative by rounding), the band \u201cNaN\u201d what is "
    + "not finite. The data is in this file: the script element with the id \u201cdata\u201d, schema "
    + report.schema + ".");

let drawnFor = 0;
function draw() {
    const width = main.node().clientWidth;
    if (width !== drawnFor) {
        drawnFor = width;
        figuresToDraw.forEach(f => f());
    }
}
draw();
addEventListener("resize", draw);
