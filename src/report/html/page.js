"use strict";
(() => {
  const all = [...document.querySelectorAll("article")];
  const form = document.querySelector("form.filter");
  if (!form) return;
  const search = document.getElementById("q");
  const phi = document.getElementById("phi");
  const shown = document.getElementById("shown");
  const bars = [...document.querySelectorAll(".bars button")];
  const texts = all.map((one) => one.textContent.toLowerCase());
  const chosen = { letter: null, rule: null, doc: null };

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set([...form.querySelectorAll("[name=sev]:checked")].map((box) => box.value));
    let count = 0;
    all.forEach((one, at) => {
      const fits = levels.has(one.dataset.sev)
        && (!phi.checked || one.dataset.phi === "true")
        && Object.entries(chosen).every(([by, key]) => key === null || one.dataset[by] === key)
        && words.every((word) => texts[at].includes(word));
      one.hidden = !fits;
      count += fits ? 1 : 0;
    });
    bars.forEach((bar) => bar.setAttribute("aria-pressed", String(chosen[bar.dataset.by] === bar.dataset.key)));
    shown.textContent = `${count} of ${all.length} shown`;
  };

  bars.forEach((bar) => bar.addEventListener("click", () => {
    const { by, key } = bar.dataset;
    chosen[by] = chosen[by] === key ? null : key;
    show();
  }));
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    Object.keys(chosen).forEach((by) => { chosen[by] = null; });
    setTimeout(show);
  });
  form.hidden = false;
  show();
})();
