// Data files are scripts, because a page opened from disk may not fetch other files.
"use strict";

const crossmodal = (() => {
  const received = new Map();
  const pending = new Map();

  function receive(name, content) {
    received.set(name, content);
  }

  function load(name) {
    if (received.has(name)) return Promise.resolve(received.get(name));
    if (!pending.has(name)) {
      pending.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `data/${name}.js`;
        script.onload = () => resolve(received.get(name));
        script.onerror = () => reject(new Error(`data/${name}.js cannot be read`));
        document.head.append(script);
      }));
    }
    return pending.get(name);
  }

  // base64 of gzip -> Uint8Array
  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function element(name, properties = {}, ...children) {
    const node = document.createElement(name);
    Object.assign(node, properties);
    node.append(...children);
    return node;
  }

  function svg(name, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    node.append(...children);
    return node;
  }

  // Options of a select; keeps the choice where it still exists.
  function fill(select, entries) {
    const before = select.value;
    select.replaceChildren(...entries.map(([value, text]) => element("option", { value, textContent: text })));
    if (entries.some(([value]) => value === before)) select.value = before;
  }

  // Start a section's work when it comes near the window: the first view stays quick.
  function whenNear(section, start) {
    if (!section) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        observer.disconnect();
        start().catch((error) => {
          section.querySelector("[data-status]").textContent = `Not shown: ${error.message}`;
          console.error(error);
        });
      }
    }, { rootMargin: "600px" });
    observer.observe(section);
  }

  // A table wider than its place says that it scrolls.
  const width = new ResizeObserver((entries) => entries.forEach(({ target }) =>
    target.classList.toggle("wider", target.scrollWidth > target.clientWidth + 1)));
  document.querySelectorAll(".scroll").forEach((place) => width.observe(place));

  // The button names the other theme; until it is pressed the system's holds.
  const root = document.documentElement;
  document.querySelector("[data-themes]")?.addEventListener("click", () => {
    const dark = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset.theme = dark === "dark" ? "light" : "dark";
    root.dispatchEvent(new Event("themechange"));
  });

  const hexToRgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const armName = (arm) => ({ cross_modal: "cross-modal", "": "all" }[arm] ?? arm);

  return { receive, load, unpack, element, svg, fill, whenNear, hexToRgb, armName };
})();
