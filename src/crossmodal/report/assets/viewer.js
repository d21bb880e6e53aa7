// Brain viewer: three slices through the cross-hair, maps over the template.
"use strict";

(() => {
  const { load, unpack, element, fill, whenNear, hexToRgb, armName } = crossmodal;
  const section = document.getElementById("brain");
  const find = (name) => section.querySelector(`[name="${name}"]`);
  // The two axes of each view (horizontal, vertical) and the one through it.
  const VIEWS = { sagittal: [1, 2, 0], coronal: [0, 2, 1], axial: [0, 1, 2] };
  const PIXELS = 3; // canvas pixels per voxel of the background
  const state = { index: null, template: null, group: null, layer: null, cross: null };

  function inverse(a) {
    // Inverse of an affine (4 x 4, rows): rotation part by cofactors.
    const m = a.slice(0, 3).map((row) => row.slice(0, 3));
    const minor = (i, j) => {
      const r = [0, 1, 2].filter((x) => x !== i), c = [0, 1, 2].filter((x) => x !== j);
      return (m[r[0]][c[0]] * m[r[1]][c[1]] - m[r[0]][c[1]] * m[r[1]][c[0]]) * ((i + j) % 2 ? -1 : 1);
    };
    const determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
    const n = [0, 1, 2].map((i) => [0, 1, 2].map((j) => minor(j, i) / determinant));
    const shift = n.map((row) => -row.reduce((sum, x, j) => sum + x * a[j][3], 0));
    return [...n.map((row, i) => [...row, shift[i]]), [0, 0, 0, 1]];
  }

  const multiply = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((s, x, k) => s + x * b[k][j], 0)));
  const apply = (a, p) => a.slice(0, 3).map((r) => r[0] * p[0] + r[1] * p[1] + r[2] * p[2] + r[3]);
  const at = (shape, p) => (p[0] * shape[1] + p[1]) * shape[2] + p[2];

  async function prepareGroup(name) {
    const group = await load(`maps_${name}`);
    if (!group.where) {
      const mask = await unpack(group.mask);
      let inside = 0;
      group.where = Int32Array.from(mask, (bit) => (bit ? inside++ : -1));
      group.toVoxel = inverse(group.affine);
    }
    return group;
  }

  async function prepareLayer(layer) {
    if (!layer.codes) {
      const [mean, t, p_fwe] = await Promise.all([layer.mean, layer.t, layer.p_fwe].map(unpack));
      layer.codes = { mean, t, p_fwe };
    }
    return layer;
  }

  const grid = () => (state.group.space.startsWith("MNI") ? state.template : state.group);

  // Value and p at a voxel of the background's grid, or null outside the mask.
  function lookUp(toMap, p, quantity) {
    const { group, layer } = state;
    const v = apply(toMap, p).map(Math.round);
    if (v.some((x, i) => x < 0 || x >= group.shape[i])) return null;
    const inside = group.where[at(group.shape, v)];
    if (inside < 0 || layer.codes[quantity][inside] === 255) return null;
    const limit = group.limits[quantity];
    const code = layer.codes.p_fwe[inside];
    return {
      value: -limit + (layer.codes[quantity][inside] * 2 * limit) / 254,
      p: code === 255 ? NaN : group.p_levels[code],
    };
  }

  function paint(name) {
    const { group, cross, index } = state;
    const [h, v, through] = VIEWS[name];
    const { shape, affine } = grid();
    const [width, height] = [shape[h], shape[v]];
    const toMap = multiply(group.toVoxel, affine);
    const quantity = find("quantity").value;
    const limit = group.limits[quantity];
    const threshold = (find("threshold").value / 100) * limit;
    const onlySignificant = find("significant").checked;
    const pixels = new ImageData(width, height);
    const significant = new Uint8Array(width * height);
    const p = [0, 0, 0];
    p[through] = cross[through];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        p[h] = x;
        p[v] = height - 1 - y;
        const pixel = y * width + x;
        const grey = state.template && grid() === state.template ? state.template.codes[at(shape, p)] : 0;
        let colour = grey ? Array(3).fill(70 + grey * 0.68) : [255, 255, 255];
        const found = lookUp(toMap, p, quantity);
        if (found) {
          significant[pixel] = found.p <= group.facts.alpha ? 1 : 0;
          const size = Math.abs(found.value);
          if (size >= threshold && (significant[pixel] || !onlySignificant)) {
            const over = index.signed_map[Math.round((found.value / limit + 1) * 127)];
            const opacity = Math.min(1, size / (limit / 2));
            colour = colour.map((c, i) => c * (1 - opacity) + over[i] * opacity);
          }
        }
        pixels.data.set([...colour, grey || found ? 255 : 0], pixel * 4);
      }
    }
    outline(pixels, significant, width, height);
    show(name, pixels, width, height);
  }

  // Black where a significant pixel borders one that is not.
  function outline(pixels, significant, width, height) {
    for (let i = 0; i < significant.length; i++) {
      if (!significant[i]) continue;
      const x = i % width;
      const inside = x > 0 && x < width - 1 && significant[i - 1] && significant[i + 1]
        && significant[i - width] && significant[i + width];
      if (!inside) pixels.data.set([17, 17, 17, 255], i * 4);
    }
  }

  async function show(name, pixels, width, height) {
    const canvas = section.querySelector(`canvas[data-view="${name}"]`);
    const [h, v] = VIEWS[name];
    canvas.width = width * PIXELS;
    canvas.height = height * PIXELS;
    const small = element("canvas", { width, height });
    small.getContext("2d").putImageData(pixels, 0, 0);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    const [x, y] = [state.cross[h] + 0.5, height - state.cross[v] - 0.5].map((c) => c * PIXELS);
    context.strokeStyle = "#0a6";
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, canvas.height);
    context.moveTo(0, y);
    context.lineTo(canvas.width, y);
    context.stroke();
    if (h === 0) {
      context.font = "bold 18px sans-serif";
      context.fillStyle = "#333";
      context.fillText("L", 4, 20);
      context.fillText("R", canvas.width - 18, 20);
    }
  }

  function tell() {
    const { group, cross } = state;
    const quantity = find("quantity").value;
    const mm = apply(grid().affine, cross).map((x) => Math.round(x));
    const found = lookUp(multiply(group.toVoxel, grid().affine), cross, quantity);
    const where = `x ${mm[0]}, y ${mm[1]}, z ${mm[2]} mm: `;
    section.querySelector("output").textContent = where + (found
      ? `${group.quantities[quantity]} ≈ ${found.value.toFixed(3)}, p(FWE) ${found.p.toPrecision(2)}`
        + (found.p <= group.facts.alpha ? ", significant" : ", not significant")
      : "outside the mask");
    const threshold = (find("threshold").value / 100) * group.limits[quantity];
    section.querySelector("[data-threshold]").textContent = threshold.toFixed(3);
    section.querySelector("[data-limit]").textContent = group.limits[quantity].toFixed(3);
    section.querySelector("[data-minus-limit]").textContent = (-group.limits[quantity]).toFixed(3);
    section.querySelector("[data-quantity]").textContent = group.quantities[quantity];
  }

  function draw() {
    Object.keys(VIEWS).forEach(paint);
    tell();
  }

  function moveTo(mm) {
    const { shape, affine } = grid();
    state.cross = apply(inverse(affine), mm).map((x, i) => Math.max(0, Math.min(shape[i] - 1, Math.round(x))));
    draw();
  }

  function listClusters() {
    const rows = state.group.clusters.filter((row) => row.layer === state.layer.name);
    const body = section.querySelector("tbody");
    body.replaceChildren(...rows.map((row) => {
      const peak = [row.peak_x_mm, row.peak_y_mm, row.peak_z_mm];
      const go = element("button", { type: "button", textContent: peak.map((x) => Math.round(x)).join(", ") });
      go.addEventListener("click", () => moveTo(peak));
      const cells = [row.label || "–", row.n_voxels, (row.size_mm3 / 1000).toFixed(2), row.peak_mean.toFixed(3),
        row.peak_t === null ? "–" : row.peak_t.toFixed(2), row.p_fwe.toPrecision(2), row.p_fwe_all.toPrecision(2)];
      return element("tr", {}, element("td", {}, go), ...cells.map((text) => element("td", { textContent: text })));
    }));
    section.querySelector("[data-none]").hidden = rows.length > 0;
  }

  function tellFacts() {
    const f = state.group.facts;
    const how = f.test === "sign_flip" ? "sign-flip test over participants" : "permutation of condition labels";
    section.querySelector("[data-facts]").textContent =
      `n = ${f.n_participants}, ${how}, ${f.n_permutations} ${f.exact ? "(all) " : ""}permutations, `
      + `alternative: ${f.alternative}, outline: p ≤ ${f.alpha}, family-wise error corrected over voxels, seed ${f.seed}.`;
  }

  async function chooseSet() {
    const group = await prepareGroup(find("set").value);
    const changedSpace = !state.group || state.group.space !== group.space;
    state.group = group;
    const arms = [...new Set(group.layers.map((layer) => layer.arm))];
    fill(find("arm"), arms.map((arm) => [arm, armName(arm)]));
    tellFacts();
    await chooseArm();
    if (changedSpace || !state.cross) moveTo([42, -52, -18]);
  }

  async function chooseArm() {
    const layers = state.group.layers.filter((layer) => layer.arm === find("arm").value);
    const before = find("layer").value;
    fill(find("layer"), layers.map((layer) => [layer.name, layer.name]));
    // The upper layer of an arm is what the figures show, so it comes first to mind.
    if (find("layer").value !== before) find("layer").value = layers[layers.length - 1].name;
    await chooseLayer();
  }

  async function chooseLayer() {
    state.layer = await prepareLayer(state.group.layers.find((layer) => layer.name === find("layer").value));
    listClusters();
    if (state.cross) draw();
  }

  function point(canvas, event) {
    const [h, v] = VIEWS[canvas.dataset.view];
    const { shape } = grid();
    const box = canvas.getBoundingClientRect();
    const clamp = (x, n) => Math.max(0, Math.min(n - 1, Math.floor(x)));
    state.cross[h] = clamp(((event.clientX - box.left) / box.width) * shape[h], shape[h]);
    state.cross[v] = shape[v] - 1 - clamp(((event.clientY - box.top) / box.height) * shape[v], shape[v]);
    draw();
  }

  function step(canvas, event) {
    const [h, v, through] = VIEWS[canvas.dataset.view];
    const moves = { ArrowLeft: [h, -1], ArrowRight: [h, 1], ArrowUp: [v, 1], ArrowDown: [v, -1], PageUp: [through, 1], PageDown: [through, -1] };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [axis, sign] = moves[event.key];
    const target = state.cross[axis] + sign * (event.shiftKey ? 5 : 1);
    state.cross[axis] = Math.max(0, Math.min(grid().shape[axis] - 1, target));
    draw();
  }

  async function start() {
    state.index = await load("index");
    state.index.signed_map = state.index.signed_map.map(hexToRgb);
    fill(find("set"), state.index.map_sets.map((set) => [set.name, set.title]));
    if (state.index.has_template) {
      state.template = await load("template");
      state.template.codes = await unpack(state.template.values);
    }
    await chooseSet();
    find("set").addEventListener("change", chooseSet);
    find("arm").addEventListener("change", chooseArm);
    find("layer").addEventListener("change", chooseLayer);
    for (const name of ["quantity", "threshold", "significant"]) find(name).addEventListener("input", draw);
    section.querySelectorAll("canvas").forEach((canvas) => {
      canvas.addEventListener("pointerdown", (event) => point(canvas, event));
      canvas.addEventListener("pointermove", (event) => { if (event.buttons) point(canvas, event); });
      canvas.addEventListener("keydown", (event) => step(canvas, event));
    });
    section.querySelector("[data-status]").textContent = "";
    section.dataset.ready = "yes";
  }

  whenNear(section, start);
})();
