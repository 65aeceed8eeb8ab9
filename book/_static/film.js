// Let the slider of each film choose the frame that is shown.
document.addEventListener("DOMContentLoaded", () => {
  for (const film of document.querySelectorAll(".film")) {
    const slider = film.querySelector("input");
    const labels = JSON.parse(slider.dataset.labels);
    slider.addEventListener("input", () => {
      film.querySelectorAll("img").forEach((frame, number) => {
        frame.classList.toggle("hidden", number !== Number(slider.value));
      });
      film.querySelector("output").textContent = labels[slider.value];
      slider.setAttribute("aria-valuetext", labels[slider.value]);
    });
  }
});
