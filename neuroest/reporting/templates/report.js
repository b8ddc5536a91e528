"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  const theme = document.getElementById("theme");
  theme.addEventListener("change", () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
  });

  const keyOf = (cell) => {
    const raw = cell.dataset.sort;
    if (raw === undefined) return cell.textContent.trim().toLowerCase();
    return raw === "" ? Infinity : Number(raw);
  };
  all("table.sortable").forEach((table) => {
    all("thead th", table).forEach((head, column) => {
      if (head.querySelector(".hidden") || head.textContent.startsWith("p10")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = Array.from(body.rows).map((row) => [keyOf(row.cells[column]), row]);
        rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (up ? 1 : -1));
        body.append(...rows.map((pair) => pair[1]));
      });
    });
  });

  all("section.network").forEach((section) => {
    const choice = (name) => section.querySelector(`[data-switch=${name}]`).value;
    const show = () => {
      let any = false;
      all("figure.breakdown", section).forEach((figure) => {
        const wanted = figure.dataset.quantity === choice("quantity") && figure.dataset.by === choice("by");
        figure.hidden = !wanted;
        any = any || wanted;
      });
      section.querySelector(".nothing").hidden = any;
      const bars = all("figure.breakdown:not([hidden]) svg", section);
      const logs = bars.map((bar) => Math.log10(Number(bar.dataset.value)));
      const low = Math.floor(Math.min(...logs)) , high = Math.max(...logs);
      bars.forEach((bar, index) => {
        const width = choice("bars") === "share" ? Number(bar.dataset.share) : (100 * (logs[index] - low)) / (high - low || 1);
        bar.firstElementChild.setAttribute("width", String(Math.max(0, width)));
      });
    };
    all("[data-switch]", section).forEach((control) => control.addEventListener("change", show));
  });

  all("input.filter").forEach((input) => {
    const rows = Array.from(document.getElementById(input.dataset.table).tBodies[0].rows);
    const status = input.closest("p").querySelector(".filtered");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let kept = 0;
      rows.forEach((row) => {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word));
        if (!row.hidden) kept += 1;
      });
      status.textContent = `${kept} of ${rows.length}`;
    });
  });

  const source = document.getElementById("sweepdata");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const names = Object.keys(data.columns);
  const canvas = document.getElementById("sweepcanvas");
  const context = canvas.getContext("2d");
  const field = (id) => document.getElementById(id);
  const [x, y, log, status] = ["sweepx", "sweepy", "sweeplog", "sweepstatus"].map(field);
  const ends = ["brushx0", "brushx1", "brushy0", "brushy1"].map(field);
  const box = { left: 90, right: canvas.width - 20, top: 15, bottom: canvas.height - 45 };
  const prefer = (select, wanted, fallback) => {
    names.forEach((name) => select.append(new Option(name.replaceAll("_", " "), name)));
    select.value = names.includes(wanted) ? wanted : names[fallback % names.length];
  };
  prefer(x, "area_m2", 0);
  prefer(y, "energy_per_inference_J", 1);
  const axis = (name, from, to) => {
    const values = data.columns[name].filter((v) => v !== null && (!log.checked || v > 0));
    const map = log.checked ? Math.log10 : (v) => v;
    let low = Infinity, high = -Infinity;
    for (const v of values) { const m = map(v); if (m < low) low = m; if (m > high) high = m; }
    if (!(high > low)) { low -= 0.5; high += 0.5; }
    const pad = 0.03 * (high - low);
    low -= pad; high += pad;
    return {
      low, high,
      place: (v) => (v === null || (log.checked && v <= 0) ? NaN : from + ((map(v) - low) / (high - low)) * (to - from)),
      value: (p) => { const m = low + ((p - from) / (to - from)) * (high - low); return log.checked ? 10 ** m : m; },
    };
  };
  let ax, ay, chosen = [];
  const limits = () => ends.map((input, i) => (input.value.trim() === "" || Number.isNaN(Number(input.value)) ? (i % 2 ? Infinity : -Infinity) : Number(input.value)));
  const draw = () => {
    ax = axis(x.value, box.left, box.right);
    ay = axis(y.value, box.bottom, box.top);
    const [x0, x1, y0, y1] = limits();
    const active = ends.some((input) => input.value.trim() !== "");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    const xs = data.columns[x.value], ys = data.columns[y.value];
    chosen = [];
    for (const pass of [false, true]) {
      context.fillStyle = pass ? "#00605c" : "#bbbbbb";
      for (let i = 0; i < xs.length; i += 1) {
        const inside = xs[i] !== null && ys[i] !== null && xs[i] >= x0 && xs[i] <= x1 && ys[i] >= y0 && ys[i] <= y1;
        if (inside !== pass) continue;
        if (inside) chosen.push(i);
        const px = ax.place(xs[i]), py = ay.place(ys[i]);
        if (px === px && py === py) context.fillRect(px - 1.5, py - 1.5, 3, 3);
      }
    }
    context.strokeStyle = context.fillStyle = "#222";
    context.font = "13px system-ui,sans-serif";
    context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    for (let i = 0; i <= 4; i += 1) {
      const px = box.left + (i / 4) * (box.right - box.left), py = box.bottom - (i / 4) * (box.bottom - box.top);
      context.textAlign = i === 4 ? "right" : "center";
      context.fillText(Number(ax.value(px).toPrecision(3)).toString(), px, box.bottom + 18);
      context.textAlign = "right";
      context.fillText(Number(ay.value(py).toPrecision(3)).toString(), box.left - 6, py + 4);
    }
    context.textAlign = "center";
    context.fillText(x.selectedOptions[0].textContent, (box.left + box.right) / 2, box.bottom + 38);
    status.textContent = `${chosen.length} of ${data.rows} points${active ? " chosen" : ""}` + (data.rows < data.of ? `, thinned from ${data.of}` : "");
    const table = field("sweeptable");
    table.tHead.replaceChildren();
    table.tBodies[0].replaceChildren();
    if (!active) return;
    const head = table.tHead.insertRow();
    names.forEach((name) => { const cell = document.createElement("th"); cell.scope = "col"; cell.textContent = name; head.append(cell); });
    chosen.slice(0, 50).forEach((i) => {
      const row = table.tBodies[0].insertRow();
      names.forEach((name) => { row.insertCell().textContent = String(data.columns[name][i] ?? ""); });
    });
  };
  const clear = () => { ends.forEach((input) => { input.value = ""; }); draw(); };
  [x, y, log].forEach((control) => control.addEventListener("change", clear));
  ends.forEach((input) => input.addEventListener("change", draw));
  field("brushclear").addEventListener("click", clear);
  let start = null;
  const spot = (event) => {
    const area = canvas.getBoundingClientRect();
    return [((event.clientX - area.left) * canvas.width) / area.width, ((event.clientY - area.top) * canvas.height) / area.height];
  };
  canvas.addEventListener("pointerdown", (event) => { start = spot(event); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointerup", (event) => {
    if (!start) return;
    const end = spot(event);
    const xs = [ax.value(start[0]), ax.value(end[0])].sort((a, b) => a - b), ys = [ay.value(start[1]), ay.value(end[1])].sort((a, b) => a - b);
    start = null;
    if (xs[0] === xs[1] || ys[0] === ys[1]) { clear(); return; }
    [...xs, ...ys].forEach((v, i) => { ends[i].value = v.toPrecision(6); });
    draw();
  });
  draw();
})();
