// Brain viewer: slices of one or two maps through one cross-hair, and what lies under it.
"use strict";

(() => {
  const { load, unpack, element, fill, whenNear, hexToRgb, armName } = crossmodal;
  const { inverse, apply, group, ready, insideAt, value, p } = crossmodal.volumes;
  const { VIEWS, paint } = crossmodal.slices;
  const section = document.getElementById("brain");
  const find = (name) => section.querySelector(`[name="${name}"]`);
  const all = (selector) => [...section.querySelectorAll(selector)];
  const START_MM = [42, -52, -18];
  const OVER = { voxels: "voxels", layers: "voxels and layers", study: "voxels, layers and model sets" };
  const state = { index: null, template: null, cross: null, turn: 0 };
  const maps = ["", "2"].map((suffix, k) => ({
    k, group: null, layer: null, turn: 0,
    choice: (name) => find(`${name}${suffix}`),
    panel: section?.querySelector(`[data-map="${k}"]`),
  }));

  const shown = () => maps.filter((map) => map.layer && (map.k === 0 || find("compare").checked));
  const grid = () => (maps[0].group.space.startsWith("MNI") ? state.template : maps[0].group);
  const placeMm = () => apply(grid().affine, state.cross);
  const corrections = () => Object.keys(OVER).filter((over) => over in maps[0].group.p_levels);

  const paperIsDark = () => Number(getComputedStyle(section.querySelector("canvas")).backgroundColor.match(/\d+/)[0]) < 128;

  function look() {
    return {
      grid: { ...grid(), codes: grid() === state.template ? state.template.codes : null },
      cross: state.cross,
      quantity: find("quantity").value,
      over: find("over").value,
      alpha: Number(find("alpha").value),
      least: Number(find("threshold").value) / 100,
      only: find("significant").checked,
      colours: state.index.signed_map,
      paper: paperIsDark() ? 60 : 255,
    };
  }

  // The arrays of a layer that are drawn or told.
  const needed = () => [find("quantity").value, ...corrections().map((over) => `p_${over}`)];

  // At once where everything is unpacked: a dragged cross-hair must not lag behind.
  async function draw() {
    const turn = ++state.turn;
    if (!shown().every((map) => needed().every((name) => map.layer.codes?.[name]))) {
      await Promise.all(shown().map((map) => ready(map.layer, needed())));
      if (turn !== state.turn) return;
    }
    drawNow();
    await Promise.all(shown().flatMap((map) => map.group.layers.map((layer) => ready(layer, needed()))));
    if (turn === state.turn) drawProfiles();
  }

  function drawNow() {
    const how = look();
    for (const map of shown()) {
      map.panel.querySelectorAll("canvas").forEach((canvas) => paint(canvas, map, how));
      tell(map, how);
    }
    find("place").value = placeMm().map((x) => Math.round(x)).join(", ");
    tellScale(how);
  }

  function drawProfiles() {
    const how = look();
    for (const map of shown()) {
      crossmodal.profile.draw(map.panel.querySelector("[data-profile]"), map,
        insideAt(map.group, placeMm()), how, (name) => chooseLayer(map, name));
    }
  }

  function tell(map, how) {
    const mm = placeMm();
    const inside = insideAt(map.group, mm);
    const found = value(map.group, map.layer, inside, how.quantity);
    const [x, y, z] = mm.map((one) => Math.round(one));
    const ps = corrections().map((over) => [over, p(map.group, map.layer, inside, over)]);
    const passes = ps.some(([over, one]) => over === how.over && one < how.alpha);
    map.panel.querySelector("output").textContent = `x ${x}, y ${y}, z ${z} mm: ` + (Number.isNaN(found)
      ? "outside the mask"
      : `${map.group.quantities[how.quantity]} ≈ ${found.toFixed(3)}, ${passes ? "significant" : "not significant"}; p (FWE) `
        + ps.map(([over, one]) => `${one.toPrecision(2)} over ${OVER[over]}`).join(", "));
    map.panel.querySelector("[data-title]").textContent = `${map.choice("set").selectedOptions[0].text}, ${map.layer.name}`;
  }

  function tellScale(how) {
    const { limits, quantities, facts } = maps[0].group;
    const limit = limits[how.quantity];
    const put = (name, text) => { section.querySelector(`[data-${name}]`).textContent = text; };
    put("threshold", (how.least * limit).toFixed(3));
    put("limit", limit.toFixed(3));
    put("minus-limit", (-limit).toFixed(3));
    put("quantity", quantities[how.quantity]);
    const test = facts.test === "sign_flip" ? "sign-flip test over participants" : "permutation of condition labels";
    put("facts", `n = ${facts.n_participants}, ${test}, ${facts.n_permutations} ${facts.exact ? "(all) " : ""}permutations, `
      + `alternative: ${facts.alternative}, seed ${facts.seed}. Outline: p < ${how.alpha}, family-wise error corrected over ${OVER[how.over]}.`);
  }

  function moveTo(mm) {
    const { shape, affine } = grid();
    const voxel = apply(inverse(affine), mm).map(Math.round);
    state.cross = voxel.map((x, i) => Math.max(0, Math.min(shape[i] - 1, x)));
    draw();
    return voxel.every((x, i) => x === state.cross[i]);
  }

  // Typed coordinates, in mm, as people copy them from tables.
  function typed() {
    const numbers = find("place").value.split(/[\s,;]+/).filter(Boolean).map(Number);
    const good = numbers.length === 3 && numbers.every(Number.isFinite);
    const within = good && moveTo(numbers);
    section.querySelector("[data-mistake]").textContent = good
      ? (within ? "" : "That place is outside the image; the nearest one is shown.")
      : "Three numbers in mm, such as 42, -52, -18.";
    find("place").setAttribute("aria-invalid", !good);
  }

  const MOST_PEAKS = 4;

  function listClusters() {
    const { group: chosen, layer } = maps[0];
    const rows = chosen.clusters.filter((row) => row.layer === layer.name && row.peak <= MOST_PEAKS);
    section.querySelector("[data-clusters]").replaceChildren(...rows.map((row) => {
      const peak = [row.peak_x_mm, row.peak_y_mm, row.peak_z_mm];
      const go = element("button", { type: "button", textContent: peak.map((x) => Math.round(x)).join(", ") });
      go.addEventListener("click", () => moveTo(peak));
      const first = row.peak === 1;
      const away = row.label_distance_mm > 0 ? `, ${Math.ceil(row.label_distance_mm)} mm away` : "";
      const cells = [row.label ? row.label + away : "–", first ? row.n_voxels : "", first ? (row.size_mm3 / 1000).toFixed(2) : "",
        row.peak_mean.toFixed(3), row.peak_t === null ? "–" : row.peak_t.toFixed(2), row.p_fwe.toPrecision(2), row.p_fwe_all.toPrecision(2)];
      return element("tr", { className: first ? "" : "sub" }, element("td", {}, first ? "" : "↳ ", go),
        ...cells.map((text) => element("td", { textContent: text })));
    }));
    section.querySelector("[data-none]").hidden = rows.length > 0;
  }

  function listFiles() {
    const name = maps[0].choice("set").value;
    const set = state.index.map_sets.find((one) => one.name === name);
    section.querySelector("[data-files]").replaceChildren("Files of this model set: ", ...set.files.flatMap((path, i) =>
      [i ? " · " : "", element("a", { href: state.index.files + path, textContent: path.split("/").pop(), download: "" })]));
  }

  async function chooseSet(map) {
    const turn = ++map.turn;
    const found = await group(map.choice("set").value);
    if (turn !== map.turn) return;
    map.group = found;
    const arms = [...new Set(found.layers.map((layer) => layer.arm))];
    fill(map.choice("arm"), arms.map((arm) => [arm, armName(arm)]));
    if (map === maps[0]) {
      fill(find("over"), corrections().map((over) => [over, OVER[over]]));
      if (!find("alpha").value) find("alpha").value = found.facts.alpha;
      listFiles();
      state.cross ??= apply(inverse(grid().affine), START_MM).map((x, i) => Math.max(0, Math.min(grid().shape[i] - 1, Math.round(x))));
    }
    await chooseArm(map);
  }

  async function chooseArm(map) {
    const layers = map.group.layers.filter((layer) => layer.arm === map.choice("arm").value);
    const before = map.choice("layer").value;
    fill(map.choice("layer"), layers.map((layer) => [layer.name, layer.name]));
    // The upper layer of an arm is what the figures show, so it comes first to mind.
    if (map.choice("layer").value !== before) map.choice("layer").value = layers[layers.length - 1].name;
    await chooseLayer(map, map.choice("layer").value);
  }

  async function chooseLayer(map, name) {
    map.layer = map.group.layers.find((layer) => layer.name === name);
    if (map.choice("arm").value !== map.layer.arm) {
      map.choice("arm").value = map.layer.arm;
      const same = map.group.layers.filter((layer) => layer.arm === map.layer.arm);
      fill(map.choice("layer"), same.map((layer) => [layer.name, layer.name]));
    }
    map.choice("layer").value = name;
    if (map === maps[0]) listClusters();
    await draw();
  }

  async function compare() {
    const on = find("compare").checked;
    all('[data-map="1"], [data-second]').forEach((one) => { one.hidden = !on; });
    section.querySelector("[data-panels]").classList.toggle("two", on);
    if (!on || maps[1].group) return draw();
    const sets = state.index.map_sets;
    const first = sets.findIndex((set) => set.name === find("set").value);
    find("set2").value = sets[(first + 1) % sets.length].name;
    return chooseSet(maps[1]);
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

  function shift(axis, steps) {
    state.cross[axis] = Math.max(0, Math.min(grid().shape[axis] - 1, state.cross[axis] + steps));
    draw();
  }

  function step(canvas, event) {
    const [h, v, through] = VIEWS[canvas.dataset.view];
    const moves = { ArrowLeft: [h, -1], ArrowRight: [h, 1], ArrowUp: [v, 1], ArrowDown: [v, -1], PageUp: [through, 1], PageDown: [through, -1] };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [axis, sign] = moves[event.key];
    shift(axis, sign * (event.shiftKey ? 5 : 1));
  }

  // Over a slice that was clicked the wheel goes through slices; elsewhere it scrolls the page.
  function turnWheel(canvas, event) {
    if (document.activeElement !== canvas) return;
    event.preventDefault();
    shift(VIEWS[canvas.dataset.view][2], event.deltaY < 0 ? 1 : -1);
  }

  function listen() {
    for (const map of maps) {
      map.choice("set").addEventListener("change", () => chooseSet(map));
      map.choice("arm").addEventListener("change", () => chooseArm(map));
      map.choice("layer").addEventListener("change", () => chooseLayer(map, map.choice("layer").value));
    }
    for (const name of ["quantity", "threshold", "significant", "over", "alpha"]) find(name).addEventListener("input", draw);
    find("compare").addEventListener("input", compare);
    find("place").addEventListener("change", typed);
    const more = section.querySelector("[data-open]");
    more.addEventListener("click", () => more.setAttribute("aria-expanded", more.getAttribute("aria-expanded") === "false"));
    section.querySelector("[data-go]").addEventListener("click", typed);
    document.documentElement.addEventListener("themechange", draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    window.addEventListener("resize", drawProfiles);
    all("canvas").forEach((canvas) => {
      canvas.addEventListener("pointerdown", (event) => { canvas.focus({ preventScroll: true }); point(canvas, event); });
      canvas.addEventListener("pointermove", (event) => { if (event.buttons) point(canvas, event); });
      canvas.addEventListener("keydown", (event) => step(canvas, event));
      canvas.addEventListener("wheel", (event) => turnWheel(canvas, event), { passive: false });
    });
  }

  async function start() {
    state.index = await load("index");
    state.index.signed_map = state.index.signed_map.map(hexToRgb);
    for (const map of maps) fill(map.choice("set"), state.index.map_sets.map((set) => [set.name, set.title]));
    if (state.index.has_template) {
      state.template = await load("template");
      state.template.codes = await unpack(state.template.values);
    }
    await chooseSet(maps[0]);
    performance.mark("slices");
    listen();
    section.querySelector("[data-status]").textContent = "";
    section.dataset.ready = "yes";
  }

  whenNear(section, start);
})();
