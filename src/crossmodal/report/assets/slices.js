// One slice of a map over the template: colours, outline, cross-hair, letters of the sides.
"use strict";

crossmodal.slices = (() => {
  const { element } = crossmodal;
  const { multiply, at, value, p } = crossmodal.volumes;
  // The two axes of each view (horizontal, vertical) and the one through it.
  const VIEWS = { sagittal: [1, 2, 0], coronal: [0, 2, 1], axial: [0, 1, 2] };
  const SIDES = [["L", "R"], ["P", "A"], ["I", "S"]];
  const PIXELS = 3; // canvas pixels per voxel of the grid

  // map: {group, layer}; look: {grid, cross, quantity, over, alpha, least, only, colours, paper}
  function paint(canvas, map, look) {
    const [h, v, through] = VIEWS[canvas.dataset.view];
    const { group, layer } = map;
    const { shape, affine, codes } = look.grid;
    const [width, height] = [shape[h], shape[v]];
    const toMap = multiply(group.toVoxel, affine);
    const limit = group.limits[look.quantity];
    const pixels = new ImageData(width, height);
    const passed = new Uint8Array(width * height);
    const place = [0, 0, 0];
    place[through] = look.cross[through];
    for (let y = 0; y < height; y++) {
      place[v] = height - 1 - y;
      for (let x = 0; x < width; x++) {
        place[h] = x;
        const pixel = y * width + x;
        const grey = codes ? codes[at(shape, place)] : 0;
        const inside = insideOf(group, toMap, place);
        const found = value(group, layer, inside, look.quantity);
        if (!grey && Number.isNaN(found)) continue;
        const under = grey ? 70 + grey * 0.68 : look.paper;
        let [red, green, blue] = [under, under, under];
        if (!Number.isNaN(found)) {
          passed[pixel] = p(group, layer, inside, look.over) < look.alpha ? 1 : 0;
          const size = Math.abs(found);
          if (size >= look.least * limit && (passed[pixel] || !look.only)) {
            const over = look.colours[Math.round((found / limit + 1) * 127)];
            const opacity = Math.min(1, size / (limit / 2));
            [red, green, blue] = over.map((c) => under * (1 - opacity) + c * opacity);
          }
        }
        pixels.data.set([red, green, blue, 255], pixel * 4);
      }
    }
    outline(pixels, passed, width, height);
    show(canvas, pixels, look, [h, v]);
  }

  function insideOf(group, toMap, place) {
    const [a, b, c] = group.shape;
    const [i, j, k] = toMap.slice(0, 3).map((r) =>
      Math.round(r[0] * place[0] + r[1] * place[1] + r[2] * place[2] + r[3]));
    if (i < 0 || j < 0 || k < 0 || i >= a || j >= b || k >= c) return -1;
    return group.where[(i * b + j) * c + k];
  }

  // Black where a pixel that passed borders one that did not.
  function outline(pixels, passed, width, height) {
    for (let i = 0; i < passed.length; i++) {
      if (!passed[i]) continue;
      const x = i % width;
      const within = x > 0 && x < width - 1 && passed[i - 1] && passed[i + 1]
        && passed[i - width] && passed[i + width];
      if (!within) pixels.data.set([17, 17, 17, 255], i * 4);
    }
  }

  function show(canvas, pixels, look, [h, v]) {
    const { width, height } = pixels;
    canvas.width = width * PIXELS;
    canvas.height = height * PIXELS;
    const small = element("canvas", { width, height });
    small.getContext("2d").putImageData(pixels, 0, 0);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    const [x, y] = [look.cross[h] + 0.5, height - look.cross[v] - 0.5].map((c) => c * PIXELS);
    const scale = canvas.width / (canvas.clientWidth || canvas.width); // canvas pixels per CSS pixel
    context.strokeStyle = "#0a6";
    context.lineWidth = 1.3 * scale;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, canvas.height);
    context.moveTo(0, y);
    context.lineTo(canvas.width, y);
    context.stroke();
    letters(context, canvas, scale, SIDES[h], SIDES[v]);
  }

  // Left of the picture is left of the brain (neurological), as in all figures.
  function letters(context, canvas, scale, [low, high], [bottom, top]) {
    const { width, height } = canvas;
    const style = getComputedStyle(canvas);
    context.font = `bold ${13 * scale}px sans-serif`;
    context.fillStyle = style.color;
    context.strokeStyle = style.backgroundColor;
    context.lineWidth = 3 * scale;
    context.lineJoin = "round";
    const write = (text, x, y, align) => {
      context.textAlign = align;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    };
    write(low, 2 * scale, height / 2 + 5 * scale, "left");
    write(high, width - 2 * scale, height / 2 + 5 * scale, "right");
    write(top, width / 2, 12 * scale, "center");
    write(bottom, width / 2, height - 3 * scale, "center");
  }

  return { VIEWS, paint };
})();
