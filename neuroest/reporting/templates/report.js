"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  const theme = document.getElementById("theme");
  theme.addEventListener("change", () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
    document.dispatchEvent(new Event("recoloured"));
  });

  // A number opens what it was made from; without this script its link leads to the same text further down.
  const dialog = document.getElementById("why");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.why");
    if (!link) return;
    const found = document.getElementById(link.hash.slice(1));
    if (!found) return;
    event.preventDefault();
    const design = found.closest("details.design").querySelector("summary").textContent;
    dialog.querySelector("h2").textContent = `${design}: ${found.querySelector("summary").textContent}`;
    dialog.querySelector("pre").textContent = found.querySelector("pre").textContent;
    dialog.showModal();
  });
  document.getElementById("whyclose").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // On a phone the cells of a row are below each other, each with the heading of its column.
  all("table.stacked").forEach((table) => {
    const heads = all("thead th", table).map((head) => head.textContent);
    all("tbody tr", table).forEach((row) => Array.from(row.cells).forEach((cell, column) => {
      if (column && heads[column]) cell.dataset.label = heads[column];
    }));
  });

  const keyOf = (cell) => {
    const raw = cell.dataset.sort;
    if (raw === undefined) return cell.textContent.trim().toLowerCase();
    return raw === "" ? Infinity : Number(raw);
  };
  all("table.sortable").forEach((table) => {
    all("thead th", table).forEach((head, column) => {
      if (head.textContent.startsWith("p10")) return;
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
    const pick = section.querySelector("input.pick");
    const wantedName = (element) => !pick || element.dataset.design.toLowerCase().includes(pick.value.trim().toLowerCase());
    const show = () => {
      all("figure.breakdown", section).forEach((figure) => {
        figure.hidden = !(figure.dataset.quantity === choice("quantity") && figure.dataset.by === choice("by") && wantedName(figure));
      });
      const bars = all("figure.breakdown:not([hidden]) .bar svg", section);
      const ends = bars.flatMap((bar) => [bar.dataset.value, bar.dataset.low, bar.dataset.high]).map(Number).filter((v) => v > 0);
      const low = Math.floor(Math.log10(Math.min(...ends))), high = Math.log10(Math.max(...ends));
      const place = (value) => Math.max(0, (100 * (Math.log10(value) - low)) / (high - low || 1));
      bars.forEach((bar) => {
        const { value, low: p10, high: p90, share } = bar.dataset;
        const absolute = choice("bars") !== "share";
        bar.querySelector("rect").setAttribute("width", String(absolute ? place(Number(value)) : share));
        const band = bar.querySelector("line"), banded = absolute && Number(p10) > 0 && Number(p90) > 0;
        band.setAttribute("x1", String(banded ? place(Number(p10)) : 0));
        band.setAttribute("x2", String(banded ? place(Number(p90)) : 0));
      });
      section.querySelector(".shown").textContent = `${choice("quantity")} by ${choice("by")}`;
    };
    all("[data-switch]", section).forEach((control) => control.addEventListener("change", show));
    if (pick) {
      const rows = all(".summary tbody tr", section);
      pick.addEventListener("input", () => {
        all("tr[data-design], details.design", section).forEach((element) => { element.hidden = !wantedName(element); });
        section.querySelector(".picked").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} designs`;
        show();
      });
    }
    show();
    section.querySelector(".shown").textContent = "";
  });

  all("input.filter").forEach((input) => {
    const rows = Array.from(document.getElementById(input.dataset.table).tBodies[0].rows);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const status = input.closest("p").querySelector(".filtered");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let kept = 0;
      rows.forEach((row, index) => {
        row.hidden = !wanted.every((word) => texts[index].includes(word));
        if (!row.hidden) kept += 1;
      });
      status.textContent = `${kept} of ${rows.length}`;
    });
  });

  // What is short enough is printed though it is closed on the screen.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = all("details.printed:not([open])");
    opened.forEach((part) => { part.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));
})();
