// Keep only the style rules that some page or script of the site can use.
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PurgeCSS } from "purgecss";

const site = process.argv[2];
const files = readdirSync(site, { recursive: true })
  .map((name) => join(site, name))
  .filter((path) => statSync(path).isFile());
const ending = (...endings) => files.filter((path) => endings.some((end) => path.endsWith(end)));

const sheets = await new PurgeCSS().purge({
  content: ending(".html", ".js"),
  css: ending(".css"),
  // Scripts set these while the page is open.
  dynamicAttributes: ["data-theme", "data-mode", "data-bs-theme", "open", "aria-expanded", "aria-hidden"],
  safelist: { standard: ["html", "body", ":root"], greedy: [/^data-/, /dark/, /light/] },
});
for (const { file, css } of sheets) writeFileSync(file, css);
