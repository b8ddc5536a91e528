"use strict";
(async () => {
  const source = document.getElementById("sweepdata");
  const field = (id) => document.getElementById(id);
  const status = field("sweepstatus");
  if (typeof DecompressionStream === "undefined") {
    status.textContent = "This browser is too old to unpack the points; they are in the file of the sweep.";
    return;
  }

  // The columns: bytes by planes, gzip, base64; numbers of few values by their place among these.
  const data = JSON.parse(source.textContent);
  const packed = Uint8Array.from(atob(data.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const rows = data.rows;
  let offset = 0;
  const take = (width) => {
    const flat = new Uint8Array(rows * width);
    for (let plane = 0; plane < width; plane += 1) {
      for (let i = 0; i < rows; i += 1) flat[i * width + plane] = bytes[offset + plane * rows + i];
    }
    offset += rows * width;
    return flat.buffer;
  };
  const columns = data.columns.map((about) => {
    const numbers = new Float64Array(rows);
    if (about.coding === "f4") {
      new Float32Array(take(4)).forEach((value, i) => { numbers[i] = value * about.scale; });
    } else {
      const codes = about.coding === "u1" ? new Uint8Array(take(1)) : new Uint16Array(take(2));
      const levels = about.levels ? about.levels.map((v) => (v === null ? NaN : v * about.scale)) : null;
      codes.forEach((code, i) => { numbers[i] = levels ? levels[code] : code; });
    }
    const extent = [Infinity, -Infinity, Infinity];
    numbers.forEach((v) => { if (v < extent[0]) extent[0] = v; if (v > extent[1]) extent[1] = v; if (v > 0 && v < extent[2]) extent[2] = v; });
    return { ...about, numbers, extent };
  });
  const prefixed = (value, unit, form) => d3.format(form)(value).replace(/([^\d.]?)$/, ` $1${unit}`);
  const told = (column, value) => {
    if (column.words) return column.words[Math.round(value)] ?? "";
    if (Number.isNaN(value)) return "-";
    if (!column.unit || column.unit.includes("²")) return `${Number(value.toPrecision(4))}${column.unit ? ` ${column.unit}` : ""}`;
    return prefixed(value, column.unit, ".4~s");
  };
  const shown = (column, value) => {
    if (column.words) return Number.isInteger(value) ? column.words[value] ?? "" : "";
    if (!column.unit || column.unit.includes("²")) return `${d3.format(Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 || value === 0 ? "~r" : ".3~e")(Number(value.toPrecision(6)))}`;
    return prefixed(value, column.unit, ".3~s");
  };
  const title = (column) => column.label + (column.unit ? ` (${column.unit})` : "");

  const plot = field("sweepplot"), canvas = field("sweepcanvas"), context = canvas.getContext("2d");
  const svg = d3.select(plot).select("svg");
  const [x, y, c, logx, logy] = ["sweepx", "sweepy", "sweepc", "sweeplogx", "sweeplogy"].map(field);
  const ends = ["brushx0", "brushx1", "brushy0", "brushy1"].map(field);
  columns.forEach((column, index) => [x, y, c].forEach((select) => {
    const option = new Option(title(column), String(index));
    option.title = column.name;
    select.append(option);
  }));
  const place = (name, fallback) => { const i = columns.findIndex((column) => column.name === name); return String(i < 0 ? fallback % columns.length : i); };
  // Across: area where the points have more areas than values of any parameter, else the parameter with most values.
  const results = new Set(data.results ?? []), kinds = columns.map((column) => new Set(column.numbers).size);
  const area = columns.findIndex((column) => column.name === "area_m2");
  const parameter = d3.maxIndex(columns, (column, i) => (results.has(column.name) || column.words ? -1 : kinds[i]));
  x.value = results.size && parameter >= 0 && !results.has(columns[parameter].name) && (area < 0 || kinds[parameter] > kinds[area]) ? String(parameter) : place("area_m2", 0);
  y.value = place("energy_per_inference_J", 1);

  const margin = { left: 84, right: 18, top: 12, bottom: 46 };
  let width = 0, height = 0, sx, sy, px, py, chosen = new Uint8Array(rows), count = 0, tree = null;
  const column = (select) => columns[Number(select.value)];
  const scaleOf = (found, logarithmic, range) => {
    let [low, high] = found.extent;
    if (logarithmic) low = found.extent[2];
    if (!(high > low)) { const pad = Math.abs(high) * 0.1 || 0.5; low = logarithmic ? high / 1.1 : high - pad; high = logarithmic ? high * 1.1 : high + pad; }
    const scale = (logarithmic ? d3.scaleLog() : d3.scaleLinear()).domain([low, high]).range(range);
    const by = (range[1] - range[0]) * 0.03;
    return scale.domain([scale.invert(range[0] - by), scale.invert(range[1] + by)]);
  };
  const canLog = (found) => !found.words && found.extent[1] > 0 && Number.isFinite(found.extent[2]);
  const place2 = (scale, numbers, logarithmic) => {
    // by hand, since a call of the scale for every point would take most of the time
    const [d0, d1] = scale.domain().map((v) => (logarithmic ? Math.log(v) : v)), [r0, r1] = scale.range();
    const factor = (r1 - r0) / (d1 - d0), places = new Float32Array(rows);
    for (let i = 0; i < rows; i += 1) places[i] = r0 + ((logarithmic ? Math.log(numbers[i]) : numbers[i]) - d0) * factor;
    return places;
  };
  const limits = () => ends.map((input, i) => {
    const text = input.value.trim(), number = Number(text);
    return text === "" || Number.isNaN(number) ? (i % 2 ? Infinity : -Infinity) : number;
  });
  const active = () => ends.some((input) => input.value.trim() !== "");

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const word = (text) => { const { r, g, b } = d3.rgb(text); return (255 << 24) | (b << 16) | (g << 8) | r; };
  const paint = () => {
    const ratio = window.devicePixelRatio || 1, w = Math.round(width * ratio), h = Math.round(height * ratio);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    const image = context.createImageData(w, h), pixels = new Uint32Array(image.data.buffer);
    const size = Math.max(1, Math.round((rows > 20000 ? 2 : rows > 500 ? 3 : 5) * ratio)), half = size / 2;
    const dim = word(colour("--rule")), bright = word(colour("--bar"));
    let table = null, shades = null;
    if (c.value !== "") {
      const found = column(c), [low, high] = found.extent;
      const map = d3.scaleSequential(d3.interpolateViridis).domain([0, 255]);
      table = Int32Array.from({ length: 256 }, (_, i) => word(map(i)));
      shades = Uint8Array.from(found.numbers, (v) => (high > low ? (255 * (v - low)) / (high - low) : 128));
    }
    for (const pass of [0, 1]) {
      for (let i = 0; i < rows; i += 1) {
        if (chosen[i] !== pass) continue;
        const left = Math.round(px[i] * ratio - half), top = Math.round(py[i] * ratio - half);
        if (!(left >= 0 && top >= 0 && left + size < w && top + size < h)) continue;
        const shade = pass ? (shades ? table[shades[i]] : bright) : dim;
        for (let r = 0, at = top * w + left; r < size; r += 1, at += w) pixels.fill(shade, at, at + size);
      }
    }
    context.putImageData(image, 0, 0);
  };
  const choose = () => {
    const [x0, x1, y0, y1] = limits(), xs = column(x).numbers, ys = column(y).numbers;
    count = 0;
    for (let i = 0; i < rows; i += 1) {
      const inside = xs[i] >= x0 && xs[i] <= x1 && ys[i] >= y0 && ys[i] <= y1 ? 1 : 0;
      chosen[i] = inside;
      count += inside;
    }
    status.textContent = `${count} of ${rows} points${active() ? " chosen" : ""}${rows < data.of ? `, thinned from ${data.of}` : ""}${data.infeasible ? `; ${data.infeasible} points without a feasible design are left out` : ""}`;
  };
  const fillTable = () => {
    const table = field("sweeptable");
    table.tHead.replaceChildren();
    table.tBodies[0].replaceChildren();
    if (!active()) return;
    const head = table.tHead.insertRow();
    columns.forEach((found) => { const cell = document.createElement("th"); cell.scope = "col"; cell.textContent = title(found); cell.title = found.name; head.append(cell); });
    for (let i = 0, told_ = 0; i < rows && told_ < 50; i += 1) {
      if (!chosen[i]) continue;
      told_ += 1;
      const row = table.tBodies[0].insertRow();
      columns.forEach((found) => { const cell = row.insertCell(); cell.className = "number"; cell.textContent = told(found, found.numbers[i]); });
    }
  };

  const brush = d3.brush().on("brush end", (event) => {
    if (!event.sourceEvent) return;
    if (!event.selection) { if (event.type === "end") clear(); return; }
    const [[left, top], [right, bottom]] = event.selection;
    [sx.invert(left), sx.invert(right), sy.invert(bottom), sy.invert(top)].forEach((v, i) => { ends[i].value = String(Number(v.toPrecision(6))); });
    soon(event.type === "end");
  });
  let waiting = false, finished = false;
  const soon = (last) => {
    finished = finished || last;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; choose(); paint(); if (finished) { finished = false; fillTable(); } });
  };
  const frame = () => {
    const [x0, x1, y0, y1] = limits();
    const clip = (v, scale, end) => (Number.isFinite(v) ? Math.min(Math.max(scale(v), Math.min(...scale.range())), Math.max(...scale.range())) : scale.range()[end]);
    const area = active() ? [[clip(x0, sx, 0), clip(y1, sy, 1)], [clip(x1, sx, 1), clip(y0, sy, 0)]] : null;
    layer.call(brush.move, area && area.flat().every((v) => !Number.isNaN(v)) ? area : null);
  };
  const across = svg.append("g"), up = svg.append("g"), layer = svg.append("g");
  const labelx = svg.append("text").attr("text-anchor", "middle"), labely = svg.append("text").attr("text-anchor", "start");
  const redraw = () => {
    if (plot.clientWidth <= margin.left + margin.right) return; // hidden, or too narrow to draw in
    width = plot.clientWidth;
    height = Math.round(Math.min(520, Math.max(320, width * 0.55)));
    plot.style.height = `${height}px`;
    svg.attr("viewBox", `0 0 ${width} ${height}`);
    const lx = logx.checked && canLog(column(x)), ly = logy.checked && canLog(column(y));
    sx = scaleOf(column(x), lx, [margin.left, width - margin.right]);
    sy = scaleOf(column(y), ly, [height - margin.bottom, margin.top]);
    px = place2(sx, column(x).numbers, lx);
    py = place2(sy, column(y).numbers, ly);
    tree = null;
    const ticks = (scale, found, many) => {
      const few = scale.ticks(many), labels = new Set(few.length > many * 2 ? few.filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-6) : few);
      return [few, (v) => (labels.has(v) ? shown(found, v) : "")];
    };
    const [tx, fx] = ticks(sx, column(x), Math.max(2, width / 110)), [ty, fy] = ticks(sy, column(y), 6);
    across.attr("transform", `translate(0,${height - margin.bottom})`).call(d3.axisBottom(sx).tickValues(tx).tickFormat(fx));
    up.attr("transform", `translate(${margin.left},0)`).call(d3.axisLeft(sy).tickValues(ty).tickFormat(fy));
    labelx.attr("x", (margin.left + width - margin.right) / 2).attr("y", height - 8).text(title(column(x)));
    labely.attr("x", margin.left + 8).attr("y", margin.top + 10).text(title(column(y)));
    layer.call(brush.extent([[margin.left, margin.top], [width - margin.right, height - margin.bottom]]));
    frame();
    const key = field("sweepkey");
    key.hidden = c.value === "";
    if (c.value !== "") { const found = column(c); key.textContent = `Colour: ${title(found)}, from dark, ${told(found, found.extent[0])}, to light, ${told(found, found.extent[1])}.`; }
    choose();
    paint();
    fillTable();
    canvas.setAttribute("aria-label", `Scatter of ${rows} points, ${title(column(y))} against ${title(column(x))}`);
  };
  const clear = () => { ends.forEach((input) => { input.value = ""; }); frame(); choose(); paint(); fillTable(); };
  [x, y].forEach((control) => control.addEventListener("change", () => { ends.forEach((input) => { input.value = ""; }); redraw(); }));
  [c, logx, logy].forEach((control) => control.addEventListener("change", redraw));
  ends.forEach((input) => input.addEventListener("change", () => { frame(); choose(); paint(); fillTable(); }));
  field("brushclear").addEventListener("click", clear);
  field("brushsave").addEventListener("click", () => {
    const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = [columns.map((found) => quoted(found.name)).join(",")];
    for (let i = 0; i < rows; i += 1) {
      if (chosen[i]) lines.push(columns.map((found) => (found.words ? quoted(found.words[found.numbers[i]] ?? "") : Number.isNaN(found.numbers[i]) ? "" : String(Number((found.numbers[i] / found.scale).toPrecision(7))))).join(","));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
    link.download = "chosen.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  svg.on("pointermove", (event) => {
    const [left, top] = d3.pointer(event, svg.node());
    tree ??= d3.quadtree(d3.range(rows).filter((i) => px[i] === px[i] && py[i] === py[i] && Math.abs(px[i]) < 1e6 && Math.abs(py[i]) < 1e6), (i) => px[i], (i) => py[i]);
    const i = tree.find(left, top, 12);
    field("sweephover").textContent = i === undefined ? "" : columns.map((found) => `${found.label} ${told(found, found.numbers[i])}`).join("; ");
  });
  new ResizeObserver(() => { if (plot.clientWidth !== width) redraw(); }).observe(plot);
  document.addEventListener("recoloured", paint);
  ["(prefers-color-scheme: dark)", "print"].forEach((media) => window.matchMedia(media).addEventListener("change", paint));
  redraw();
  document.body.dataset.sweep = "ready";
})();
