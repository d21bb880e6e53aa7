// Maps as the page stores them: from bytes to values and p at a place. Affines are 4 x 4, rows.
"use strict";

crossmodal.volumes = (() => {
  const { load, unpack } = crossmodal;
  const MISSING = 255;

  // Inverse of an affine: rotation part by cofactors.
  function inverse(a) {
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

  // One model set; `where` tells which voxel of the mask a voxel of the grid is, or -1.
  async function group(name) {
    const found = await load(`maps_${name}`);
    if (!found.where) {
      const mask = await unpack(found.mask);
      let inside = 0;
      found.where = Int32Array.from(mask, (bit) => (bit ? inside++ : -1));
      found.toVoxel = inverse(found.affine);
    }
    return found;
  }

  // Unpack some arrays of a layer ("mean", "t", "p_voxels", …), each once.
  async function ready(layer, names) {
    layer.codes ??= {};
    await Promise.all(names.map(async (name) => { layer.codes[name] ??= await unpack(layer[name]); }));
    return layer;
  }

  // Voxel of the mask at a place in mm, or -1.
  function insideAt(one, mm) {
    const v = apply(one.toVoxel, mm).map(Math.round);
    return v.some((x, i) => x < 0 || x >= one.shape[i]) ? -1 : one.where[at(one.shape, v)];
  }

  function value(one, layer, inside, quantity) {
    const code = inside < 0 ? MISSING : layer.codes[quantity][inside];
    const limit = one.limits[quantity];
    return code === MISSING ? NaN : -limit + (code * 2 * limit) / 254;
  }

  // p corrected over "voxels", "layers" or "study".
  function p(one, layer, inside, over) {
    const code = inside < 0 ? MISSING : layer.codes[`p_${over}`][inside];
    return code === MISSING ? NaN : one.p_levels[over][code];
  }

  return { inverse, multiply, apply, at, group, ready, insideAt, value, p };
})();
