// Find the sections that answer a query, best first, and show where they stand.
(() => {
  const STOP_WORDS = new Set("a an and are as at be by do does for from how i in is it my of on or that the to what when why with you your".split(" "));
  const SHOWN = 20;
  const WORDS_AROUND = 16;
  const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  const list = document.getElementById("search-results");
  const summary = document.getElementById("search-summary");
  for (const field of document.querySelectorAll('input[name="q"]')) field.value = query;
  if (!query) return;

  // A plural finds its singular, a short form its long form, and the other way round.
  const SHORT_FORMS = { logarithm: "log", probabilitie: "probability", kl: "kullback" };
  const stem = (word) => {
    const singular = word.length > 3 ? word.replace(/s$/, "") : word;
    return SHORT_FORMS[singular] ?? singular;
  };
  const term = (word) => {
    const plain = word.toLowerCase();
    return STOP_WORDS.has(plain) ? null : stem(plain);
  };
  const tokenize = (text) =>
    text.replace(/[’']s\b/g, "").split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
  const phrase = (text) => ` ${tokenize(text).map(term).filter(Boolean).join(" ")} `;
  const index = new MiniSearch({
    idField: "address",
    fields: ["title", "heading", "text"],
    storeFields: ["title", "heading", "text"],
    tokenize,
    processTerm: term,
  });
  index.addAll(window.bookSections);

  // A chapter explains; its notebook shows; the appendix looks things up; a summary repeats.
  const wanted = phrase(query);
  const weight = (address, _, { heading, text }) => {
    const place = /bibliography|style-guide|#(?:quiz|summary|further|run-it|objectives|recap)/.test(address)
      ? 0.3 : /glossary/.test(address) ? 0.2 : /^notebooks/.test(address) ? 0.5 : 1;
    const literal = phrase(heading).includes(wanted) ? 2 : phrase(text).includes(wanted) ? 1.5 : 1;
    return place * literal;
  };
  const options = {
    boost: { title: 2, heading: 3 },
    prefix: (word) => word.length > 3,
    fuzzy: (word) => (word.length > 5 ? 0.15 : false),
    boostDocument: weight,
  };
  let found = index.search(query, { ...options, combineWith: "AND" });
  if (!found.length) found = index.search(query, options);

  const excerpt = ({ text, terms }) => {
    const words = text.split(" ");
    const matches = (word) => {
      const plain = stem(word.toLowerCase().replace(/[^\p{L}\p{N}_-]/gu, ""));
      return terms.some((match) => plain.split("-").includes(match) || plain === match);
    };
    const first = Math.max(0, words.findIndex(matches) - WORDS_AROUND / 2);
    const paragraph = document.createElement("p");
    for (const word of words.slice(first, first + 2 * WORDS_AROUND)) {
      const piece = matches(word) ? document.createElement("mark") : document.createElement("span");
      piece.textContent = word;
      paragraph.append(piece, " ");
    }
    return paragraph;
  };
  const kind = (address) => (address.startsWith("notebooks/") ? "Notebook" : "Page");

  for (const result of found.slice(0, SHOWN)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = result.id;
    link.textContent = result.heading;
    const place = document.createElement("p");
    place.className = "place";
    place.textContent = `${kind(result.id)}: ${result.title}`;
    item.append(link, place, excerpt(result));
    list.append(item);
  }
  const count = found.length > SHOWN ? `The best ${SHOWN} of ${found.length}` : `${found.length}`;
  summary.textContent = found.length
    ? `${count} ${found.length === 1 ? "section" : "sections"} for “${query}”.`
    : `Nothing was found for “${query}”. Try fewer or other words.`;
})();
