// Typeset formulas and draw diagrams while the book is built, so that a reader's browser need not.
// One request per line comes in as JSON, and one reply per line goes out.
import { createInterface } from "node:readline";
import { renderMermaidSVG } from "beautiful-mermaid";
import mathjax from "mathjax";

const MathJax = await mathjax.init({
  loader: {
    load: ["input/tex", "output/svg", "a11y/assistive-mml", "[tex]/ams"],
    versionWarnings: false,
  },
  startup: { typeset: false },
  // An unknown command is an error, not red letters on the page.
  tex: { packages: { "[-]": ["noundefined"] } },
  svg: { fontCache: "global" },
});
const adaptor = MathJax.startup.adaptor;
const glyphs = MathJax.startup.document.outputJax.fontCache;

function glyphOutlines(svg) {
  const names = new Set([...svg.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]));
  const outlines = adaptor
    .tags(glyphs.getCache(), "path")
    .map((path) => [adaptor.getAttribute(path, "id"), adaptor.getAttribute(path, "d")]);
  return Object.fromEntries(outlines.filter(([name]) => names.has(name)));
}

// Leave out what only MathJax's own menu reads, and the groups that then say nothing.
function lighten(picture) {
  for (const node of [picture, ...adaptor.tags(picture, "g"), ...adaptor.tags(picture, "use")]) {
    for (const { name } of adaptor.allAttributes(node)) {
      if (/^(?:role|focusable|data-.*)$/.test(name)) adaptor.removeAttribute(node, name);
    }
  }
  for (const group of adaptor.tags(picture, "g")) {
    const [glyph, ...others] = adaptor.childNodes(group);
    const names = adaptor.allAttributes(group).map(({ name }) => name);
    const moves =
      names.join() === "transform" && glyph && !others.length && adaptor.kind(glyph) === "use";
    if (moves && !adaptor.hasAttribute(glyph, "transform")) {
      adaptor.setAttribute(glyph, "transform", adaptor.getAttribute(group, "transform"));
    } else if (names.length) continue;
    for (const child of [...adaptor.childNodes(group)]) adaptor.insert(child, group);
    adaptor.remove(group);
  }
}

// Two pictures of one formula: glyphs to look at, and MathML for screen readers.
async function formula({ tex, display }) {
  const container = await MathJax.tex2svgPromise(tex, { display });
  const mistake = adaptor.outerHTML(container).match(/data-mjx-error="([^"]*)"/);
  if (mistake) throw Error(mistake[1]);
  const mathml = adaptor.innerHTML(adaptor.tags(container, "mjx-assistive-mml")[0]);
  const picture = adaptor.tags(container, "svg")[0];
  lighten(picture);
  const svg = adaptor.outerHTML(picture);
  return { svg, mathml, glyphs: glyphOutlines(svg) };
}

// Drawn close together, because a page is narrow, and a phone narrower.
const SPACING = { padding: 4, nodeSpacing: 16, layerSpacing: 32 };
const diagram = ({ code }) => ({ svg: renderMermaidSVG(code, SPACING) });

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    const reply = request.tex === undefined ? diagram(request) : await formula(request);
    console.log(JSON.stringify(reply));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
