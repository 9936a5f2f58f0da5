(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("limits").textContent);
  const tabs = [...document.querySelectorAll('[role="tab"]')];

  const choose = (number) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === number));
      tab.tabIndex = i === number ? 0 : -1;
      document.getElementById(`panel-${i}`).hidden = i !== number;
    });
    window.dispatchEvent(new Event("resize"));
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => choose(i));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        const next = (i + step + tabs.length) % tabs.length;
        choose(next);
        tabs[next].focus();
      }
    });
  });

  // The plots are there once Bokeh has run.
  const plot = (number) => {
    for (const document of Bokeh.documents) {
      const found = document.get_model_by_name(data[number].plot);
      if (found) return found;
    }
    return null;
  };
  const renderers = (number, key) =>
    (plot(number)?.renderers ?? []).filter((renderer) => renderer.name === key);

  document.querySelectorAll("input[data-key]").forEach((box) => {
    box.addEventListener("change", () => {
      renderers(Number(box.dataset.panel), box.dataset.key).forEach((r) => { r.visible = box.checked; });
      box.closest("tr").classList.toggle("off", !box.checked);
    });
  });

  document.querySelectorAll('input[type="search"]').forEach((field) => {
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      document.querySelectorAll(`#panel-${field.dataset.panel} tbody tr`).forEach((row) => {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      });
    });
  });

  // Straight in log-log between the points; null outside the range or in a gap.
  const at = (masses, values, mass) => {
    if (mass < masses[0] || mass > masses[masses.length - 1]) return null;
    let i = masses.findIndex((m) => m >= mass);
    if (masses[i] === mass) return values[i];
    const [a, b] = [values[i - 1], values[i]];
    if (a === null || b === null) return null;
    const t = Math.log(mass / masses[i - 1]) / Math.log(masses[i] / masses[i - 1]);
    return Math.exp(Math.log(a) + t * Math.log(b / a));
  };
  const said = (number, mass, value) => {
    const yes = [];
    const no = [];
    for (const curve of data[number].limits) {
      const shown = renderers(number, curve.key).some((r) => r.visible);
      const limit = shown ? at(curve.mass, curve.limit, mass) : null;
      if (limit === null) continue;
      const top = curve.top ? at(curve.mass, curve.top, mass) : Infinity;
      (value > limit && value < top ? yes : no).push(curve.name);
    }
    if (yes.length) return `excluded by ${yes.join(", ")}${no.length ? `; not by ${no.join(", ")}` : ""}`;
    return no.length ? `not excluded by ${no.join(", ")}` : "no observed limit shown reaches this mass";
  };

  document.querySelectorAll("form.point").forEach((form) => {
    const number = Number(form.dataset.panel);
    const { mass, value } = form.elements;
    const answer = () => {
      const [m, s] = [Number(mass.value), Number(value.value)];
      if (!(m > 0 && s > 0)) {
        form.querySelector("output").textContent = "Give two positive numbers, such as 50 and 1e-46.";
        return;
      }
      const cross = { width: s, height: m };
      for (const line of plot(number)?.center ?? []) {
        if (!(line.name ?? "").startsWith("cross:")) continue;
        line.location = cross[line.dimension];
        line.visible = true;
      }
      form.querySelector("output").textContent =
        `m = ${m} GeV, ${s.toExponential(1)} ${data[number].unit}: ${said(number, m, s)}`;
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", answer);
    if (!data[number].limits.length) form.hidden = true;
    document.addEventListener("freezeout:tap", ({ detail }) => {
      if (detail.plot !== data[number].plot) return;
      mass.value = detail.x.toPrecision(3);
      value.value = detail.y.toExponential(1);
      answer();
    });
  });
})();
