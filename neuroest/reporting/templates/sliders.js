"use strict";
// Results of a table of exact results, interpolated where the sliders stand; the same arithmetic as `interpolated` in Python.
const neuroestSliders = (() => {
  const interpolate = (factors, table, point) => {
    const places = [], shares = [];
    factors.forEach((steps, axis) => {
      let at = 0;
      while (at < steps.length - 2 && point[axis] >= steps[at + 1]) at += 1;
      places.push(at);
      shares.push(Math.log(point[axis] / steps[at]) / Math.log(steps[at + 1] / steps[at]));
    });
    let total = 0;
    for (let corner = 0; corner < 2 ** places.length; corner += 1) {
      let weight = 1, index = 0;
      places.forEach((at, axis) => {
        const up = (corner >> axis) & 1;
        weight *= up ? shares[axis] : 1 - shares[axis];
        index = index * factors[axis].length + at + up;
      });
      if (weight === 0) continue;
      if (table[index] === null) return NaN;
      total += weight * table[index];
    }
    return 10 ** total;
  };

  const prefixes = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"], [1e-12, "p"], [1e-15, "f"], [1e-18, "a"]];
  const format = (value, unit) => {
    if (!Number.isFinite(value)) return "no estimate";
    const digits = (number) => Number(number.toPrecision(3)).toString();
    if (unit === "m^2") return value >= 1e-7 ? `${digits(value * 1e6)} mm²` : `${digits(value * 1e12)} µm²`;
    if (unit === "1") return digits(value);
    if (unit.startsWith("1/") || unit.includes("^") || value === 0) return `${digits(value)} ${unit}`;
    const [scale, prefix] = prefixes.find(([one]) => Math.abs(value) >= one) || prefixes[prefixes.length - 1];
    return `${digits(value / scale)} ${prefix}${unit}`;
  };
  return { interpolate, format };
})();

if (typeof document === "undefined") {
  globalThis.neuroestSliders = neuroestSliders;
} else {
  Array.from(document.querySelectorAll("section.network .sliders")).forEach((box) => {
    const designs = JSON.parse(box.querySelector("script").textContent);
    const choice = box.querySelector("select"), controls = box.querySelector(".knobs");
    const head = box.querySelector("thead"), body = box.querySelector("tbody"), error = box.querySelector(".error");
    const element = (name, text = "", attributes = {}) => {
      const made = document.createElement(name);
      made.textContent = text;
      Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
      return made;
    };
    const row = (kind, cells) => {
      const made = element("tr");
      cells.forEach((cell, place) => made.append(place && kind === "td" ? element("td", cell, { class: "number" }) : element("th", cell, { scope: kind === "td" ? "row" : "col" })));
      return made;
    };
    let point = [];

    const show = () => {
      const design = designs[choice.value];
      const factors = design.parameters.map((one) => one.factors);
      const others = designs.filter((other) => other !== design);
      head.replaceChildren(row("th", ["nominal", "as set", "as in the file", ...others.map((other) => `over ${other.label}`)]));
      body.replaceChildren(...design.results.map((result) => {
        const now = neuroestSliders.interpolate(factors, design.logarithms[result.name], point);
        const ratios = others.map((other) => {
          const found = other.results.find((one) => one.name === result.name);
          return found && Number.isFinite(now) ? `${Number((now / found.value).toPrecision(3))} ×` : "-";
        });
        return row("td", [result.label, neuroestSliders.format(now, result.unit), neuroestSliders.format(result.value, result.unit), ...ratios]);
      }));
    };
    const build = () => {
      const design = designs[choice.value];
      point = design.parameters.map(() => 1);
      controls.replaceChildren(...design.parameters.map((parameter, axis) => {
        const low = Math.log(parameter.factors[0]), high = Math.log(parameter.factors[parameter.factors.length - 1]);
        const label = element("label", `${parameter.label} `);
        const input = element("input", "", { type: "range", min: "0", max: "120", step: "1" });
        const value = element("output");
        input.value = String(Math.round((120 * -low) / (high - low)));
        const read = () => {
          const factor = Math.exp(low + ((high - low) * Number(input.value)) / 120);
          point[axis] = Math.abs(Math.log(factor)) < (high - low) / 240 ? 1 : factor;
          const text = neuroestSliders.format(parameter.value * point[axis], parameter.unit) + (parameter.paths.length > 1 ? `, and ${parameter.paths.length - 1} more in proportion` : "");
          value.textContent = text;
          input.setAttribute("aria-valuetext", text);
        };
        input.addEventListener("input", () => { read(); show(); });
        read();
        label.append(input, value);
        return label;
      }));
      error.textContent = design.about;
      show();
    };
    choice.addEventListener("change", build);
    box.querySelector("button").addEventListener("click", build);
    build();
    box.hidden = false;
  });
}
