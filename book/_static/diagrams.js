// Draw every Mermaid diagram, and draw it again when the reader changes the color theme.
(() => {
  const sources = new Map();

  async function draw() {
    const dark = document.documentElement.dataset.theme === "dark";
    mermaid.initialize({ startOnLoad: false, theme: dark ? "dark" : "neutral" });
    for (const [diagram, source] of sources) {
      diagram.removeAttribute("data-processed");
      diagram.textContent = source;
    }
    await mermaid.run({ nodes: [...sources.keys()] });
    // A wide diagram shrinks a little and then scrolls, so that it can be read on a phone.
    for (const picture of document.querySelectorAll("pre.mermaid svg")) {
      picture.style.minWidth = `${0.6 * picture.viewBox.baseVal.width}px`;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const diagram of document.querySelectorAll("pre.mermaid")) {
      sources.set(diagram, diagram.textContent);
    }
    // One drawing at a time: the theme may change while the first is under way.
    let drawn = draw();
    const again = () => (drawn = drawn.then(draw));
    new MutationObserver(again).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  });
})();
