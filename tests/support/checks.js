// What must hold on every page, asked in the browser itself. Each check returns a list of complaints.
window.bookChecks = (() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const article = () => document.querySelector("article") ?? document.body;
  const short = (element) => element.outerHTML.slice(0, 120);
  const seen = (element) => element.checkVisibility?.() ?? true;
  const drawn = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const inside = (inner, outer, slack) =>
    inner.left >= outer.left - slack && inner.right <= outer.right + slack &&
    inner.top >= outer.top - slack && inner.bottom <= outer.bottom + slack;

  return {
    overflow() {
      const root = document.documentElement;
      const excess = root.scrollWidth - root.clientWidth;
      return excess > 0 ? [`the page is ${excess} px wider than its window`] : [];
    },

    images() {
      const fileName = /^[\w./ -]+\.(?:png|svg|jpe?g|gif|webp)$/i;
      return all("img, [role=img], main svg image")
        .filter((image) => !image.closest("[aria-hidden=true]"))
        .filter((image) => !image.parentElement.closest("[role=img]"))
        .filter((image) => {
          const text = image.getAttribute("alt") ?? image.getAttribute("aria-label") ?? "";
          return !text.trim() || fileName.test(text.trim());
        })
        .map((image) => `no text says what this shows: ${short(image)}`);
    },

    unloaded() {
      return all("img")
        .filter((image) => image.complete && image.naturalWidth === 0)
        .map((image) => `not loaded: ${image.src}`);
    },

    unsized() {
      return all("main img, svg.plot, .drawing svg")
        .filter((image) => !(image.getAttribute("width") && image.getAttribute("height")))
        .map((image) => `no width and height: ${short(image)}`);
    },

    formulas() {
      const broken = all(".math").filter((formula) => {
        const picture = formula.querySelector("svg");
        const glyphs = picture ? [...picture.querySelectorAll("use")] : [];
        const found = glyphs.every((use) => document.querySelector(use.getAttribute("xlink:href")));
        return seen(formula) && !(picture && drawn(picture) && found && formula.querySelector("math"));
      });
      const left = document.createTreeWalker(article(), NodeFilter.SHOW_TEXT);
      const source = [];
      while (left.nextNode()) {
        const text = left.currentNode.data;
        const code = left.currentNode.parentElement.closest("pre, code, script, style");
        if (!code && /\\[([]|\$\$|\\(?:frac|begin|sum|mathrm)\b/.test(text)) source.push(text);
      }
      return [
        ...broken.map((formula) => `not typeset: ${formula.textContent.slice(0, 80)}`),
        ...source.map((text) => `TeX left on the page: ${text.slice(0, 80)}`),
      ];
    },

    diagrams() {
      return all(".diagram").flatMap((diagram) => {
        const nodes = [...diagram.querySelectorAll("svg g.node")];
        if (nodes.length < 2) return [`not drawn: ${diagram.textContent.slice(0, 80)}`];
        return nodes
          .filter((node) => {
            const shape = node.querySelector("rect, polygon, circle, path");
            const label = node.querySelector("text");
            const fits = inside(label.getBoundingClientRect(), shape.getBoundingClientRect(), 1);
            return !label.textContent.trim() || !drawn(shape) || !fits;
          })
          .map((node) => `a label does not fit: ${node.textContent.trim()}`);
      });
    },

    figures() {
      return all("svg.plot").filter(seen).flatMap((plot) => {
        if (!drawn(plot)) return [`not drawn: ${plot.getAttribute("aria-label")}`];
        const frame = plot.getBoundingClientRect();
        return [...plot.querySelectorAll("text")]
          .filter((text) => drawn(text) && !inside(text.getBoundingClientRect(), frame, 2))
          .map((text) => `cut off: "${text.textContent.trim()}" in ${plot.getAttribute("aria-label")}`);
      });
    },
  };
})();
