// Keep only the style rules that some page or script of the site can use, and write styles and
// scripts without the spaces and comments that a browser does not need.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { transformSync } from "esbuild";
import { PurgeCSS } from "purgecss";

const site = process.argv[2];
const files = readdirSync(site, { recursive: true })
  .map((name) => join(site, name))
  .filter((path) => statSync(path).isFile());
const ending = (...endings) => files.filter((path) => endings.includes(extname(path)));
const read = (path) => readFileSync(path, "utf8");
// A style sheet may set a variable that another one, a drawing or a script asks for.
const uses = ending(".html", ".js", ".css").flatMap((path) => read(path).match(/(?<=var\(\s*|["'`])--[\w-]+/g) ?? []);

const sheets = await new PurgeCSS().purge({
  content: ending(".html", ".js"),
  css: ending(".css"),
  keyframes: true,
  variables: true,
  // Scripts set these while the page is open.
  dynamicAttributes: ["data-theme", "data-mode", "data-bs-theme", "open", "aria-expanded", "aria-hidden"],
  safelist: { standard: ["html", "body", ":root"], greedy: [/^data-/], variables: [...new Set(uses), /^--figure-/] },
});
const minify = (code, loader) => transformSync(code, { loader, minify: true, legalComments: "inline" }).code;
for (const { file, css } of sheets) writeFileSync(file, minify(css, "css"));
// Sphinx also leaves scripts that no page loads; one of them cannot be parsed.
const pages = ending(".html").map(read).join("");
const loaded = ending(".js").filter((path) => pages.includes(`/${basename(path)}`) && !path.endsWith(".min.js"));
for (const file of loaded) writeFileSync(file, minify(read(file), "js"));
