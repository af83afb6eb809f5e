// Saves a chart as a PNG image, or its table as CSV: the menus of templates/components/_chart_download.html, which
// are shown when this module has run. The image has the title, the period, and the legend of what is drawn.

import { font, hatch, token } from "./tokens.js";

const SCALE = 2; // pixels of the image per pixel of the page
const EDGE = 20;
const LINE = 20;
const SWATCH = 10;
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

const clean = (text) => text.replace(/\s+/g, " ").trim();

function save(blob, menu, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${menu.dataset.file}.${ending}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function tableOf(menu) {
  return document.getElementById(menu.dataset.table);
}

// The first and the last bucket, from the heads of the rows, which begin with the newest.
function period(menu) {
  const table = document.getElementById(menu.dataset.periodOf || menu.dataset.table);
  const heads = [...(table?.querySelectorAll("tbody th") ?? [])].map((head) => clean(head.textContent));
  return heads.length > 1 ? `${heads.at(-1)} – ${heads[0]}` : (heads[0] ?? "");
}

// What is drawn, with its fill: the datasets, and the hatching of failing sources.
function legend(chart, menu) {
  const config = JSON.parse(document.getElementById(chart.canvas.dataset.chart).textContent);
  const entries = chart.data.datasets
    .filter((one) => one.label && !one.isBand && one.data.some((value) => value !== null))
    .map((one) => ({ label: one.label, fill: [one.backgroundColor].flat()[0] }));
  const isHatched = (config.gaps ?? []).length > 0 || (config.notes ?? []).some(Boolean);
  if (isHatched) entries.push({ label: menu.dataset.hatched, fill: hatch(token("--warn"), token("--paper")) });
  return entries;
}

// Places the entries in rows of at most `width`; returns them with their positions, and the height of all rows.
function arrange(ctx, entries, width) {
  let left = 0;
  let top = 0;
  const placed = entries.map((entry) => {
    const length = SWATCH + 6 + ctx.measureText(entry.label).width;
    if (left && left + length > width) {
      left = 0;
      top += LINE;
    }
    const here = { ...entry, left, top };
    left += length + 16;
    return here;
  });
  return { placed, height: entries.length ? top + LINE : 0 };
}

function wrap(ctx, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && ctx.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

// Calls `use` with the canvas of the chart in the resolution of the image, then restores that of the screen.
function drawSharp(chart, use) {
  const before = chart.options.devicePixelRatio;
  const render = (ratio) => {
    chart.options.devicePixelRatio = ratio;
    chart.resize();
  };
  render(SCALE);
  use(chart.canvas);
  render(before);
}

function image(chart, menu) {
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d");
  const { clientWidth: width, clientHeight: height } = chart.canvas;
  ctx.font = font(16, 600);
  const titles = wrap(ctx, menu.dataset.title, width);
  ctx.font = font(12);
  const facts = wrap(ctx, [document.title, period(menu)].filter(Boolean).join(" · "), width);
  const { placed, height: legendHeight } = arrange(ctx, legend(chart, menu), width);
  const top = EDGE + (titles.length + facts.length) * LINE + 8 + legendHeight;
  canvas.width = (width + 2 * EDGE) * SCALE;
  canvas.height = (top + height + EDGE) * SCALE;
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = token("--paper");
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = "middle";
  let y = EDGE + LINE / 2;
  const write = (lines, face, color) => {
    ctx.font = face;
    ctx.fillStyle = token(color);
    for (const text of lines) {
      ctx.fillText(text, EDGE, y);
      y += LINE;
    }
  };
  write(titles, font(16, 600), "--ink");
  write(facts, font(12), "--ink-2");
  for (const { label, fill, left, top: down } of placed) {
    ctx.fillStyle = fill;
    ctx.fillRect(EDGE + left, y + down - SWATCH / 2, SWATCH, SWATCH);
    ctx.fillStyle = token("--ink-2");
    ctx.fillText(label, EDGE + left + SWATCH + 6, y + down);
  }
  drawSharp(chart, (sharp) => ctx.drawImage(sharp, EDGE, top, width, height));
  return canvas;
}

// A cell as a file has it: numbers without separators of thousands, "" for a dash, and no text like a formula.
function cellText(cell) {
  const copy = cell.cloneNode(true);
  for (const hidden of copy.querySelectorAll(".sr")) hidden.remove();
  const text = clean(copy.textContent);
  if (text === "–") return "";
  const number = cell.matches("td.t-num") && /^([+−-]?)(\d[\d\s,]*)/.exec(text);
  if (number) return (number[1] && number[1] !== "+" ? "-" : "") + number[2].replace(/[\s,]/g, "");
  return FORMULA.test(text) ? `'${text}` : text;
}

const quote = (text) => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function csv(menu) {
  const separator = document.documentElement.lang.startsWith("fr") ? ";" : ",";
  const rows = [...tableOf(menu).rows].map((row) => [...row.cells].map(cellText));
  // A column without a head has links.
  const used = rows[0].map((head) => head !== "");
  const lines = rows.map((row) => row.filter((_, at) => used[at]).map(quote).join(separator));
  return new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
}

function handle(event) {
  const button = event.target.closest("[data-save]");
  if (!button) return;
  const menu = button.closest("[data-chart-download]");
  const canvas = document.querySelector(`canvas[data-chart="${menu.dataset.chartDownload}"]`);
  const chart = canvas && window.Chart.getChart(canvas);
  if (button.dataset.save === "csv") save(csv(menu), menu, "csv");
  else if (chart) image(chart, menu).toBlob((blob) => save(blob, menu, "png"), "image/png");
  menu.open = false;
  menu.querySelector("summary").focus();
}

function show() {
  for (const menu of document.querySelectorAll("[data-chart-download][hidden]")) menu.hidden = false;
}

show();
document.addEventListener("click", handle);
document.addEventListener("htmx:afterSettle", show);
