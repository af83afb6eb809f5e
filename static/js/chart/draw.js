// Draws every <canvas data-chart="id"> with the configuration of the json_script with that id, which
// dashboards/time_charts.py creates, and again when the theme or the configuration changes.

import { datasets } from "./kinds.js";
import { fade, token } from "./tokens.js";
import { truth } from "./truth.js";

const format = new Intl.NumberFormat(document.documentElement.lang);
const drawn = new Map();
const isSigned = (config) => config.kind === "net" || config.kind === "nets" || config.signed;

const signed = (value) => (value > 0 ? "+" : "") + format.format(value).replace("-", "−");

function writer(config) {
  if (isSigned(config)) return signed;
  if (config.pattern) return (value) => config.pattern.replace("{}", format.format(value));
  if (config.percent) return (value) => config.percent.replace("{}", format.format(value));
  return (value) => format.format(value);
}

// What the tooltip adds about a bucket: its gap and changes, and why there is no figure.
function remarks(config, at) {
  const found = [...config.gaps, ...config.marks, ...(config.fired ?? [])].filter((one) => one.at === at).map((one) => one.text);
  if (config.kind === "nets" && config.lines.some(({ net }) => net[at] === null)) found.push(config.unknown);
  if (config.kind === "net" && config.net[at] === null) found.push(config.unknown);
  if (config.kind === "net" && config.net[at] !== null) found.push(`${signed(config.low[at])} – ${signed(config.high[at])}`);
  return found;
}

function scales(config, write) {
  const text = { color: token("--ink-3"), font: { size: 12, family: "Geist" } };
  const isNet = isSigned(config);
  return {
    x: {
      stacked: true,
      grid: { display: false },
      border: { color: token("--line") },
      ticks: { ...text, maxRotation: 0, autoSkipPadding: 28 },
    },
    y: {
      min: isNet ? -100 : Math.min(0, config.limit ?? 0, ...(config.data ?? [])),
      ...(isNet || config.percent ? { max: 100 } : { suggestedMax: Math.max(4, (config.limit ?? 0) * 1.15) }),
      // Charts of one time share the axis and its margins.
      afterFit: (scale) => {
        scale.width = 48;
      },
      border: { display: false },
      grid: { color: ({ tick }) => (isNet && tick.value === 0 ? token("--edge") : token("--line")) },
      ticks: { ...text, maxTicksLimit: isNet ? 3 : 4, precision: 0, callback: write },
    },
  };
}

function options(config, onSelect) {
  const write = writer(config);
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    layout: { padding: { top: config.fired || (config.gaps.length && config.kind === "volume") ? 20 : 6, right: config.room ? 76 : 0 } },
    onClick(event, _active, chart) {
      const [column] = chart.getElementsAtEventForMode(event.native, "index", { intersect: false }, false);
      if (column) onSelect?.(config, column.index);
    },
    onHover(event, active) {
      event.native.target.style.cursor = active.length && (config.explain || config.links?.[active[0].index]) ? "pointer" : "default";
    },
    scales: scales(config, write),
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: token("--ink"),
        titleColor: token("--paper"),
        bodyColor: token("--paper"),
        footerColor: fade(token("--paper"), 85),
        padding: 10,
        cornerRadius: 7,
        boxPadding: 4,
        usePointStyle: true,
        filter: ({ dataset, raw }) => !dataset.isBand && raw !== null,
        callbacks: {
          title: (items) => (items.length ? config.titles[items[0].dataIndex] : ""),
          label: ({ dataset, raw, dataIndex: at }) =>
            ` ${dataset.label} ${write(raw)}${dataset.low ? ` (${signed(dataset.low[at])} – ${signed(dataset.high[at])})` : ""}`,
          footer: (items) => (items.length ? remarks(config, items[0].dataIndex) : ""),
        },
      },
    },
  };
}

function draw(canvas, onSelect) {
  const source = document.getElementById(canvas.dataset.chart)?.textContent;
  if (!source) return;
  const config = JSON.parse(source);
  drawn.get(canvas)?.destroy();
  const chart = new window.Chart(canvas, {
    type: "bar",
    data: { labels: config.labels, datasets: datasets(config) },
    options: options(config, onSelect),
    plugins: [truth(config)],
  });
  chart.source = source;
  drawn.set(canvas, chart);
  canvas.dataset.drawn = "true";
}

// Draws the charts of the page; `onSelect(config, place)` is called for a click on a bucket.
export function drawCharts(onSelect) {
  const drawAll = () => {
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) draw(canvas, onSelect);
  };
  const drawChanged = () => {
    for (const [canvas, chart] of drawn) {
      if (canvas.isConnected) continue;
      chart.destroy();
      drawn.delete(canvas);
    }
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      const source = document.getElementById(canvas.dataset.chart)?.textContent;
      if (source !== drawn.get(canvas)?.source) draw(canvas, onSelect);
    }
  };
  document.fonts.ready.then(drawAll);
  document.addEventListener("htmx:afterSettle", drawChanged);
  document.addEventListener("vigie:theme", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
