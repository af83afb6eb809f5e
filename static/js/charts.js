// Draws every <canvas data-chart="id"> with the configuration of the json_script with that id, which
// dashboards/charts.py creates. Colors are custom properties, read again when the theme changes.

import "./chart/download.js";
import { hatch, token } from "./chart/tokens.js";
import { drawLimit, drawMarks } from "./chart/truth.js";

const language = document.documentElement.lang;
const format = new Intl.NumberFormat(language);
const drawn = new Map();

// Hatches the background of buckets with failing sources.
function hatching(notes) {
  return {
    id: "hatching",
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales } = chart;
      const width = area.width / chart.data.labels.length;
      notes.forEach((note, place) => {
        if (!note) return;
        const left = scales.x.getPixelForValue(place) - width / 2;
        ctx.save();
        ctx.beginPath();
        ctx.rect(left, area.top, width, area.height);
        ctx.clip();
        ctx.strokeStyle = token("--warn");
        ctx.globalAlpha = 0.3;
        ctx.lineWidth = 1;
        ctx.beginPath();
        // Lines start on a grid of the whole chart: they continue from one bucket to the next.
        const first = Math.floor((left - area.height) / 7) * 7;
        for (let x = first; x < left + width; x += 7) {
          ctx.moveTo(x, area.bottom);
          ctx.lineTo(x + area.height, area.top);
        }
        ctx.stroke();
        ctx.restore();
      });
    },
  };
}

// The limit of a rule and the moment at which it was passed, on the page of an incident.
function signs(config) {
  return {
    id: "signs",
    afterDatasetsDraw(chart) {
      chart.ctx.save();
      drawMarks(chart, config.marks ?? []);
      if (typeof config.limit === "number") drawLimit(chart, config.limit, config.limitName);
      chart.ctx.restore();
    },
  };
}

function open(config, place, key) {
  const target = new URL(config.links[place], location.href);
  if (key) target.searchParams.set(config.parameter, key);
  location.assign(target);
}

function datasets(config) {
  return config.data.datasets.map((line, index, all) => ({
    ...line,
    backgroundColor: line.hatched ? hatch(token(line.color), token("--paper")) : token(line.color),
    borderColor: token("--paper"),
    borderWidth: { top: index < all.length - 1 ? 1 : 0 },
    borderSkipped: false,
    maxBarThickness: 44,
    categoryPercentage: 0.86,
    barPercentage: 0.94,
    minBarLength: 0,
  }));
}

function options(config) {
  // The page's own percentages have the pattern: Intl writes another space before the sign in French.
  const isShare = Boolean(config.percent);
  const write = (value) => (isShare ? config.percent.replace("{}", format.format(value)) : format.format(value));
  const counted = ({ dataset, dataIndex, raw }) =>
    dataset.counts ? `${format.format(dataset.counts[dataIndex])} (${write(raw)})` : write(raw);
  const faint = token("--ink-3");
  const text = { color: faint, font: { size: 11.5, family: getComputedStyle(document.body).fontFamily } };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    onClick(event, _active, chart) {
      const [hit] = chart.getElementsAtEventForMode(event.native, "nearest", { intersect: true }, false);
      const [column] = chart.getElementsAtEventForMode(event.native, "index", { intersect: false }, false);
      if (column) open(config, column.index, hit && config.data.datasets[hit.datasetIndex].key);
    },
    onHover(event, active) {
      event.native.target.style.cursor = active.length ? "pointer" : "default";
    },
    scales: {
      x: {
        stacked: true,
        grid: { display: false },
        border: { color: token("--line") },
        ticks: { ...text, maxRotation: 0, autoSkipPadding: 18 },
      },
      y: {
        stacked: true,
        beginAtZero: true,
        ...(isShare ? { max: 100 } : { suggestedMax: Math.max(4, (config.limit ?? 0) * 1.15) }),
        border: { display: false },
        grid: { color: token("--line") },
        ticks: { ...text, precision: 0, maxTicksLimit: 5, callback: write },
      },
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: token("--ink"),
        titleColor: token("--paper"),
        bodyColor: token("--paper"),
        footerColor: token("--paper"),
        padding: 10,
        boxPadding: 4,
        usePointStyle: true,
        filter: (item) => item.raw > 0,
        itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
        callbacks: {
          title: (items) => (items.length ? config.titles[items[0].dataIndex] : ""),
          label: (item) => ` ${item.dataset.label}  ${counted(item)}`,
          footer: (items) => (items.length ? config.notes[items[0].dataIndex] : ""),
        },
      },
    },
  };
}

function draw(canvas) {
  const source = document.getElementById(canvas.dataset.chart).textContent;
  const config = JSON.parse(source);
  drawn.get(canvas)?.destroy();
  const chart = new window.Chart(canvas, {
    type: config.type,
    data: { labels: config.data.labels, datasets: datasets(config) },
    options: options(config),
    plugins: [hatching(config.notes), signs(config)],
  });
  chart.source = source;
  drawn.set(canvas, chart);
  canvas.dataset.drawn = "true";
}

function drawAll() {
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) draw(canvas);
}

// A refresh replaces the json_script but not the canvas: redraw the charts whose configuration has changed.
function drawChanged() {
  for (const [canvas, chart] of drawn) {
    if (document.getElementById(canvas.dataset.chart)?.textContent !== chart.source) draw(canvas);
  }
}

drawAll();
document.addEventListener("htmx:afterSettle", drawChanged);
document.addEventListener("vigie:theme", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
