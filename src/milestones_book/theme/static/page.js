// The little that a page does by itself: films, and regions that scroll sideways.
(() => {
  // The slider of a film chooses the frame that is shown.
  for (const film of document.querySelectorAll(".film")) {
    const slider = film.querySelector("input");
    const labels = JSON.parse(slider.dataset.labels);
    const frames = film.querySelectorAll(".picture");
    slider.addEventListener("input", () => {
      frames.forEach((frame, number) => {
        frame.classList.toggle("hidden", number !== Number(slider.value));
      });
      film.querySelector("output").textContent = labels[slider.value];
      slider.setAttribute("aria-valuetext", labels[slider.value]);
    });
  }

  // What scrolls can be reached by keyboard; what fits is no stop on the way.
  const regions = document.querySelectorAll(
    ".formula, .drawing, .picture, .frames, .table-scroll, table.table, .highlight pre, .output pre",
  );
  const mark = () => {
    // First read all sizes, then write: the browser lays the page out once.
    const scrolling = [...regions].map((region) => region.scrollWidth > region.clientWidth + 1);
    regions.forEach((region, number) => {
      if (scrolling[number]) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    });
  };
  mark();
  addEventListener("resize", mark);
  // What was out of view has had no size so far.
  document.addEventListener("contentvisibilityautostatechange", mark, { capture: true });
})();
