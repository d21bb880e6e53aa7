// RDM explorer: any layer's RDM, sorted by any label, with the two clips of a cell.
"use strict";

(() => {
  const { load, unpack, element, fill, whenNear, armName } = crossmodal;
  const section = document.getElementById("rdms");
  const find = (name) => section.querySelector(`[name="${name}"]`);
  const canvas = section?.querySelector("canvas");
  const STRIP = 14;
  const state = { stimuli: null, set: null, layer: null, codes: null, order: [], cell: [0, 1] };

  const labelOf = (position, name) => {
    const row = state.stimuli.row.get(state.set.stimulus_ids[position]);
    return row === undefined ? "" : state.stimuli.labels[name][row];
  };

  // Index of a pair in the upper triangle without diagonal, row by row.
  const pair = (i, j, n) => (i < j ? i * n - (i * (i + 1)) / 2 + j - i - 1 : pair(j, i, n));

  function sort() {
    const name = find("sort").value;
    state.order = state.set.stimulus_ids.map((_, i) => i);
    if (name === "given") return;
    const rank = new Map([...new Set(state.stimuli.labels[name])].map((label, i) => [label, i]));
    state.order.sort((a, b) => rank.get(labelOf(a, name)) - rank.get(labelOf(b, name)) || a - b);
  }

  function draw() {
    const n = state.order.length;
    const size = Math.max(4, Math.floor(560 / n));
    canvas.width = canvas.height = STRIP + n * size;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const colours = state.stimuli.colour_map;
    for (let y = 0; y < n; y++) {
      for (let x = 0; x < n; x++) {
        const code = x === y ? 0 : state.codes[pair(state.order[y], state.order[x], n)];
        context.fillStyle = colours[Math.min(code, 254)];
        context.fillRect(STRIP + x * size, STRIP + y * size, size, size);
      }
    }
    strips(context, n, size);
    const [y, x] = state.cell;
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.strokeRect(STRIP + x * size, STRIP + y * size, size, size);
    context.strokeStyle = "#000";
    context.lineWidth = 1;
    context.strokeRect(STRIP + x * size - 1.5, STRIP + y * size - 1.5, size + 3, size + 3);
    tell();
  }

  function strips(context, n, size) {
    const name = find("sort").value;
    const legend = section.querySelector("[data-legend]");
    legend.replaceChildren();
    if (name === "given") return;
    const labels = [...new Set(state.stimuli.labels[name])];
    const colour = (label) => state.stimuli.colours[labels.indexOf(label) % state.stimuli.colours.length];
    state.order.forEach((position, k) => {
      context.fillStyle = colour(labelOf(position, name));
      context.fillRect(0, STRIP + k * size, STRIP - 3, size);
      context.fillRect(STRIP + k * size, 0, size, STRIP - 3);
    });
    legend.append(...labels.map((label) => {
      const mark = element("i");
      mark.style.background = colour(label);
      return element("span", {}, mark, label);
    }));
  }

  function card(position) {
    const id = state.set.stimulus_ids[position];
    const labels = Object.keys(state.stimuli.labels).map((name) => labelOf(position, name)).filter(Boolean);
    const picture = state.stimuli.pictures[id];
    const text = labels.length ? `${labels.join(", ")}` : id;
    return element("figure", {}, ...(picture ? [element("img", { src: picture, alt: `Clip: ${text}`, width: 72, height: 72 })] : []),
      element("figcaption", {}, element("b", { textContent: id }), element("br"), text));
  }

  function tell() {
    const n = state.order.length;
    const [a, b] = state.cell.map((k) => state.order[k]);
    const value = a === b ? 0 : (state.codes[pair(a, b, n)] * state.layer.limit) / 254;
    section.querySelector("output").textContent = `dissimilarity ≈ ${value.toFixed(3)} (${state.layer.measure})`;
    section.querySelector("[data-cards]").replaceChildren(card(a), card(b));
    section.querySelector("[data-limit]").textContent = state.layer.limit.toFixed(2);
  }

  async function chooseSet() {
    state.set = await load(`rdms_${find("set").value}`);
    fill(find("layer"), state.set.layers.map((layer, i) => [String(i), layer.arm ? `${armName(layer.arm)}: ${layer.name}` : layer.name]));
    const upper = state.set.layers.findIndex((layer) => layer.name === state.stimuli.first_layer);
    if (upper >= 0) find("layer").value = String(upper);
    await chooseLayer();
  }

  async function chooseLayer() {
    state.layer = state.set.layers[Number(find("layer").value)];
    state.codes = await unpack(state.layer.values);
    sort();
    draw();
  }

  function point(event) {
    const box = canvas.getBoundingClientRect();
    const size = (canvas.width - STRIP) / state.order.length;
    const cell = [event.clientY - box.top, event.clientX - box.left].map(
      (x) => Math.floor(((x / box.width) * canvas.width - STRIP) / size));
    if (cell.every((k) => k >= 0 && k < state.order.length)) {
      state.cell = cell;
      draw();
    }
  }

  function step(event) {
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [1, -1], ArrowRight: [1, 1] };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [axis, sign] = moves[event.key];
    state.cell[axis] = Math.max(0, Math.min(state.order.length - 1, state.cell[axis] + sign));
    draw();
  }

  async function start() {
    const index = await load("index");
    state.stimuli = await load("stimuli");
    state.stimuli.row = new Map(state.stimuli.stimulus_ids.map((id, i) => [id, i]));
    const sorts = Object.keys(state.stimuli.labels).map((name) => [name, name]);
    fill(find("sort"), [...sorts, ["given", "order of the study"]]);
    fill(find("set"), index.rdm_sets.map((set) => [set.name, set.title]));
    await chooseSet();
    find("set").addEventListener("change", chooseSet);
    find("layer").addEventListener("change", chooseLayer);
    find("sort").addEventListener("change", () => { sort(); draw(); });
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("keydown", step);
    section.querySelector("[data-status]").textContent = "";
    section.dataset.ready = "yes";
  }

  whenNear(section, start);
})();
