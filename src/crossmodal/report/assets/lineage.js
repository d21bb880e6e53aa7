// Provenance: the rules behind a figure as a graph, and every job's record.
"use strict";

(() => {
  const { load, element, svg, fill, whenNear } = crossmodal;
  const section = document.getElementById("provenance");
  const find = (name) => section.querySelector(`[name="${name}"]`);
  const [WIDTH, HEIGHT, GAP_X, GAP_Y] = [150, 36, 36, 14];
  const state = { figures: null, jobs: null };

  function place(nodes) {
    const rows = new Map();
    return new Map(nodes.map((node) => {
      const row = rows.get(node.column) ?? 0;
      rows.set(node.column, row + 1);
      return [node.name, { x: node.column * (WIDTH + GAP_X) + 4, y: row * (HEIGHT + GAP_Y) + 4 }];
    }));
  }

  function draw() {
    const figure = state.figures[find("figure").value];
    const places = place(figure.graph.nodes);
    const lines = figure.graph.edges.map(([from, to]) => {
      const [a, b] = [places.get(from), places.get(to)];
      const [x1, y1, x2, y2] = [a.x + WIDTH, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2];
      const middle = x1 + GAP_X / 2;
      return svg("path", { d: `M${x1},${y1} C${middle},${y1} ${x2 - GAP_X / 2},${y2} ${x2},${y2}`, class: "edge", "data-from": from, "data-to": to });
    });
    const boxes = figure.graph.nodes.map((node) => box(node, places.get(node.name), figure));
    const right = Math.max(...[...places.values()].map((p) => p.x)) + WIDTH + 4;
    const bottom = Math.max(...[...places.values()].map((p) => p.y)) + HEIGHT + 4;
    const title = svg("title", {}, `Rules behind ${find("figure").value}`);
    const graph = svg("svg", { width: right, height: bottom, viewBox: `0 0 ${right} ${bottom}`, role: "group" }, title, ...lines, ...boxes);
    section.querySelector("[data-graph]").replaceChildren(graph);
    summary(figure);
    details(figure, figure.graph.nodes.find((node) => node.name !== "raw files").name);
  }

  function box(node, place, figure) {
    const doubt = node.name in figure.doubts;
    const label = `${node.name}, ${node.n} ${node.name === "raw files" ? "files" : "jobs"}, ${doubt ? "in doubt" : "verified"}`;
    const group = svg("g", { class: doubt ? "node doubt" : "node", tabindex: "0", role: "button", "aria-label": label, "data-rule": node.name, transform: `translate(${place.x},${place.y})` },
      svg("rect", { width: WIDTH, height: HEIGHT, rx: 5 }),
      svg("text", { x: 8, y: 15 }, node.name.length > 23 ? `${node.name.slice(0, 22)}…` : node.name),
      svg("text", { x: 8, y: 29, class: "small" }, `× ${node.n}  ${doubt ? "✗ in doubt" : "✓ verified"}`));
    const open = () => details(figure, node.name);
    group.addEventListener("click", open);
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open();
      }
    });
    return group;
  }

  const list = (entries) => element("ul", {}, ...entries.map(([path, digest]) =>
    element("li", {}, `${path} `, element("code", { textContent: digest }))));

  // Doubts about the sidecar or other files that no rule of the graph made.
  function elsewhere(figure) {
    const drawn = new Set(figure.graph.nodes.map((node) => node.name));
    return Object.entries(figure.doubts).filter(([rule]) => !drawn.has(rule))
      .flatMap(([rule, lines]) => lines.map((line) => [line, `since rule ${rule}`]));
  }

  function summary(figure) {
    const doubts = elsewhere(figure);
    section.querySelector("[data-summary]").replaceChildren(
      element("p", {}, `Figure id ${figure.figure_id}. ${figure.jobs.length} jobs, ${figure.n_files} files re-hashed: `,
        element("strong", { textContent: figure.verified ? "verified" : "in doubt" }), "."),
      list(Object.entries(figure.files)),
      ...(doubts.length ? [element("p", { textContent: "In doubt, beside the rules below:" }), list(doubts)] : []));
  }

  function jobCard(job) {
    const wildcards = Object.values(job.wildcards).join(" ");
    const part = (title, entries) => element("details", {}, element("summary", { textContent: `${title} (${entries.length})` }), list(entries));
    const commit = `${job.git.commit}${job.git.dirty ? ", with uncommitted changes" : ""}`;
    return element("details", {}, element("summary", { textContent: `${job.rule} ${wildcards}` }),
      element("p", {}, `Record ${job.record} `, element("code", { textContent: job.digest })),
      element("p", { textContent: `Commit ${commit}. ${job.doubts.length ? job.doubts.join("; ") : "Verified."}` }),
      part("Outputs", Object.entries(job.outputs)), part("Inputs", Object.entries(job.inputs)),
      part("Code", Object.entries(job.code)), part("Versions", Object.entries(job.versions)));
  }

  // The chosen box, what it was made from and what was made from it.
  function highlight(rule) {
    section.querySelectorAll(".edge").forEach((edge) => {
      edge.classList.toggle("near", [edge.dataset.from, edge.dataset.to].includes(rule));
    });
    section.querySelectorAll(".node").forEach((node) => {
      node.classList.toggle("chosen", node.dataset.rule === rule);
      node.setAttribute("aria-pressed", node.dataset.rule === rule);
    });
  }

  function details(figure, rule) {
    highlight(rule);
    const place = section.querySelector("[data-details]");
    const heading = element("h3", { textContent: rule });
    if (rule === "raw files") {
      place.replaceChildren(heading, list(Object.entries(figure.raw_inputs)));
      return;
    }
    const jobs = figure.jobs.map((record) => state.jobs[record]).filter((job) => job.rule === rule);
    place.replaceChildren(heading, ...jobs.map(jobCard));
    if (jobs.length === 1) place.querySelector("details").open = true;
  }

  async function start() {
    state.figures = await load("figures");
    state.jobs = await load("jobs");
    const index = await load("index");
    fill(find("figure"), index.figure_order.map((name) => [name, name]));
    draw();
    find("figure").addEventListener("change", draw);
    section.querySelector("[data-status]").textContent = "";
    section.dataset.ready = "yes";
  }

  whenNear(section, start);
})();
