// Layer profile: what every layer of a model set has at one voxel.
"use strict";

crossmodal.profile = (() => {
  const { svg, armName } = crossmodal;
  const { value, p } = crossmodal.volumes;
  const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [150, 46, 10, 12, 24];

  // Draw into `place`; `choose(layer name)` is called for a layer that is pressed.
  function draw(place, { group, layer }, inside, { quantity, over, alpha }, choose) {
    const values = group.layers.map((one) => value(group, one, inside, quantity));
    const passed = group.layers.map((one) => p(group, one, inside, over) < alpha);
    place.querySelector("[data-strongest]").textContent = told(group, values, passed);
    const width = Math.max(240, place.clientWidth);
    const finite = values.filter(Number.isFinite);
    const least = 0.2 * group.limits[quantity];
    const [low, high] = [Math.min(0, ...finite), Math.max(least, ...finite)];
    const n = values.length;
    const x = (i) => LEFT + ((i + 0.5) * (width - LEFT - RIGHT)) / n;
    const y = (one) => TOP + ((high - one) * (HEIGHT - TOP - BOTTOM)) / (high - low);
    const chart = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "group", "aria-label": "Layer profile at the cross-hair" });
    chart.append(
      line(LEFT, y(0), width - RIGHT, y(0), "axis"),
      text(LEFT - 4, y(0) + 4, "0", "end"), text(LEFT - 4, TOP + 8, high.toFixed(high < 1 ? 3 : 1), "end"));
    for (const [arm, rows] of segments(group.layers)) {
      const points = rows.filter((i) => Number.isFinite(values[i])).map((i) => `${x(i)},${y(values[i])}`);
      chart.append(svg("polyline", { points: points.join(" "), class: "profile", "data-arm": arm }),
        text((x(rows[0]) + x(rows.at(-1))) / 2, HEIGHT - 6, armName(arm), "middle"));
    }
    group.layers.forEach((one, i) => {
      if (!Number.isFinite(values[i])) return;
      const said = `${one.name}: ${values[i].toFixed(3)}, ${passed[i] ? "passes" : "does not pass"} p < ${alpha}`;
      const mark = svg("circle", { cx: x(i), cy: y(values[i]), r: one === layer ? 6 : 4, class: passed[i] ? "mark passed" : "mark", "data-arm": one.arm, "data-layer": one.name }, svg("title", {}, said));
      mark.classList.toggle("chosen", one === layer);
      mark.addEventListener("click", () => choose(one.name));
      chart.append(mark);
    });
    place.querySelector("[data-chart]").replaceChildren(chart);
  }

  function told(group, values, passed) {
    const best = values.reduce((top, one, i) => (Number.isFinite(one) && !(one <= values[top]) ? i : top), 0);
    if (!Number.isFinite(values[best])) return "No layer has a value here.";
    const n = passed.filter(Boolean).length;
    return `Highest here: ${group.layers[best].name} (${values[best].toFixed(3)}). ${n} of ${values.length} layers pass.`;
  }

  // Runs of layers of one arm: [arm, positions].
  function segments(layers) {
    const runs = [];
    layers.forEach((one, i) => {
      if (runs.length && runs.at(-1)[0] === one.arm) runs.at(-1)[1].push(i);
      else runs.push([one.arm, [i]]);
    });
    return runs;
  }

  const line = (x1, y1, x2, y2, name) => svg("line", { x1, y1, x2, y2, class: name });
  const text = (x, y, content, anchor) => svg("text", { x, y, "text-anchor": anchor }, content);

  return { draw };
})();
