// Draw every Mermaid diagram, and draw it again when the reader changes the color theme.
(() => {
  const sources = new Map();

  async function draw() {
    const dark = document.documentElement.dataset.theme === "dark";
    mermaid.initialize({ startOnLoad: false, theme: dark ? "dark" : "neutral" });
    const diagrams = [...document.querySelectorAll("pre.mermaid")];
    for (const diagram of diagrams) {
      if (!sources.has(diagram)) sources.set(diagram, diagram.textContent);
      diagram.removeAttribute("data-processed");
      diagram.textContent = sources.get(diagram);
    }
    await mermaid.run({ nodes: diagrams });
  }

  document.addEventListener("DOMContentLoaded", () => {
    draw();
    new MutationObserver(draw).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  });
})();
