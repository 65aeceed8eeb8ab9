// The little that a page does by itself: films, and regions that scroll sideways.
(() => {
  // The slider of a film chooses the frame that is shown.
  for (const film of document.querySelectorAll(".film")) {
    const slider = film.querySelector("input");
    const labels = JSON.parse(slider.dataset.labels);
    const frames = film.querySelectorAll(".plot");
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
    for (const region of regions) {
      if (region.scrollWidth > region.clientWidth + 1) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    }
  };
  mark();
  addEventListener("resize", mark);
})();
