// The little that a page does by itself: films, pencil tasks, and regions that scroll sideways.
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

  // A reply of a reader as a number. A comma may separate thousands or decimals.
  const readings = (text) => {
    const typed = text.replace(/\s/g, "").replace("−", "-");
    return [typed.replaceAll(",", ""), typed.replace(",", ".")].map((reading) => {
      const [top, bottom, more] = reading.split("/");
      if (!top || bottom === "" || more !== undefined) return NaN;
      return Number(top) / Number(bottom ?? 1);
    });
  };

  // The form of a task shows one of its replies.
  for (const form of document.querySelectorAll(".pencil form")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const numbers = readings(form.querySelector("input").value).filter(Number.isFinite);
      const near = (name) => {
        const allowed = Number(form.dataset.tolerance) * (1 + 1e-9);
        return numbers.some((number) => Math.abs(number - form.dataset[name]) <= allowed);
      };
      let said = "other";
      if (numbers.length === 0) said = "unread";
      else if (near("answer")) said = "right";
      else if (near("mistake")) said = "hint";
      for (const reply of form.querySelectorAll(".replies > *")) {
        reply.hidden = !reply.classList.contains(said);
      }
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
