// Draws around the data what Vigie knows about it: gaps in which sources failed, marks of changes, peaks, and the names
// of lines at their ends. A Chart.js plug-in; the configuration is that of dashboards/time_charts.py.

import { fade, font, token } from "./tokens.js";

const STEP = 6; // pixels between two lines of the hatching
const ROOM = 420; // pixels of width from which words fit beside signs

function halfBucket(chart) {
  const { x } = chart.scales;
  return chart.data.labels.length > 1 ? (x.getPixelForValue(1) - x.getPixelForValue(0)) / 2 : chart.chartArea.width / 2;
}

function drawGaps(chart, gaps) {
  const { ctx, chartArea: area, scales } = chart;
  const half = halfBucket(chart);
  ctx.save();
  ctx.strokeStyle = fade(token("--warn"), 45);
  ctx.lineWidth = 1;
  for (const { at } of gaps) {
    const left = scales.x.getPixelForValue(at) - half;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, area.top, half * 2, area.height);
    ctx.clip();
    ctx.beginPath();
    // Lines start on a grid of the whole chart: they continue from one bucket to the next.
    const first = Math.floor((left - area.height) / STEP) * STEP;
    for (let start = first; start < left + half * 2; start += STEP) {
      ctx.moveTo(start, area.bottom);
      ctx.lineTo(start + area.height, area.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

// The reason of the first gap of each run, above the hatching.
function nameGaps(chart, gaps) {
  const { ctx, chartArea: area, scales } = chart;
  if (area.width < ROOM) return;
  ctx.font = font(12);
  ctx.fillStyle = token("--warn");
  let free = area.left;
  gaps.forEach(({ at, text }, index) => {
    if (index && gaps[index - 1].at === at - 1) return;
    const short = text.length > 48 ? `${text.slice(0, 47)}…` : text;
    const width = ctx.measureText(short).width;
    const left = Math.min(Math.max(scales.x.getPixelForValue(at) - halfBucket(chart), area.left), area.right - width);
    if (left < free) return;
    ctx.textAlign = "left";
    ctx.fillText(short, left, area.top - 6);
    free = left + width + 12;
  });
}

// A mark is a change of a query, with a pencil, unless it has a sign of its own.
export function drawMarks(chart, marks) {
  const { ctx, chartArea: area, scales } = chart;
  ctx.font = font(12);
  ctx.fillStyle = token("--ink-3");
  ctx.strokeStyle = token("--ink-3");
  let free = -Infinity;
  for (const { at, text, sign = "✎" } of marks) {
    const left = scales.x.getPixelForValue(at);
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(left, area.top - 2);
    ctx.lineTo(left, area.bottom);
    ctx.stroke();
    ctx.setLineDash([]);
    const isNamed = !sign || (area.width > 640 && text.length <= 40);
    const words = isNamed ? `${sign} ${text}`.trim() : sign;
    const width = ctx.measureText(words).width;
    const isRight = left + width + 8 > area.right;
    if (left < free) continue;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.fillText(words, left + (isRight ? -5 : 5), area.top + 10);
    free = left + width + 10;
  }
}

function drawPeaks(chart, peaks) {
  const { ctx, chartArea: area, scales } = chart;
  if (area.width < ROOM) return;
  ctx.font = font(13, 600);
  ctx.fillStyle = token("--ink");
  ctx.strokeStyle = token("--ink");
  const bars = chart.getDatasetMeta(0).data;
  for (const { at, text } of peaks.slice(0, 1)) {
    const total = chart.data.datasets.filter((one) => one.stack).reduce((sum, one) => sum + (one.data[at] ?? 0), 0);
    const top = scales.y.getPixelForValue(total);
    const half = (bars[at]?.width ?? 0) / 2;
    const width = ctx.measureText(text).width;
    const center = scales.x.getPixelForValue(at);
    const isLeft = center - half - width - 20 > area.left;
    const side = isLeft ? -1 : 1;
    ctx.textAlign = isLeft ? "right" : "left";
    ctx.fillText(text, center + side * (half + 18), top + 5);
    ctx.beginPath();
    ctx.moveTo(center + side * (half + 14), top + 1);
    ctx.lineTo(center + side * (half + 3), top + 1);
    ctx.stroke();
  }
}

// A sign above each bucket in which a rule would have been triggered, and a thin line down to its bar.
function drawFired(chart, fired) {
  const { ctx, chartArea: area, scales } = chart;
  for (const { at } of fired) {
    const center = scales.x.getPixelForValue(at);
    const half = Math.min(6, Math.max(halfBucket(chart), 3));
    ctx.fillStyle = token("--neg-fill");
    ctx.beginPath();
    ctx.moveTo(center, area.top + 2);
    ctx.lineTo(center - half, area.top - 8);
    ctx.lineTo(center + half, area.top - 8);
    ctx.fill();
    ctx.strokeStyle = fade(token("--neg-fill"), 40);
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(center, area.top);
    ctx.lineTo(center, area.bottom);
    ctx.stroke();
  }
}

export function drawLimit(chart, limit, name) {
  const { ctx, chartArea: area, scales } = chart;
  const top = scales.y.getPixelForValue(limit);
  ctx.strokeStyle = token("--ink-2");
  ctx.lineWidth = 1;
  ctx.setLineDash([5, 4]);
  ctx.beginPath();
  ctx.moveTo(area.left, top);
  ctx.lineTo(area.right, top);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = font(12);
  ctx.fillStyle = token("--ink-2");
  ctx.textAlign = "left";
  ctx.fillText(name, area.left + 4, top - 5);
}

function nameLines(chart) {
  const { ctx, chartArea: area } = chart;
  const ends = chart.data.datasets
    .map((line, index) => ({ line, points: chart.getDatasetMeta(index).data.filter((point) => !point.skip) }))
    .filter(({ line, points }) => line.endLabel && points.length)
    .map(({ line, points }) => ({ line, top: points.at(-1).y }))
    .toSorted((one, other) => other.top - one.top);
  ctx.font = font(12, 500);
  ctx.textAlign = "left";
  let below = Infinity;
  for (const { line, top } of ends) {
    below = Math.min(top, below - 14);
    ctx.fillStyle = line.nameColor ?? line.borderColor;
    const room = chart.width - area.right - 8;
    let name = line.endLabel;
    while (name.length > 2 && ctx.measureText(name).width > room) name = `${name.slice(0, -2)}…`;
    ctx.fillText(name, area.right + 6, below + 4);
  }
}

export const truth = (config) => ({
  id: "truth",
  beforeDatasetsDraw(chart) {
    drawGaps(chart, config.gaps);
  },
  afterDatasetsDraw(chart) {
    chart.ctx.save();
    if (config.kind === "volume") nameGaps(chart, config.gaps);
    drawMarks(chart, config.marks);
    drawPeaks(chart, config.peaks ?? []);
    drawFired(chart, config.fired ?? []);
    if (typeof config.limit === "number") drawLimit(chart, config.limit, config.limitName);
    nameLines(chart);
    chart.ctx.restore();
  },
});
