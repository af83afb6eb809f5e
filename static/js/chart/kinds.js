// The datasets of each kind of chart of dashboards/time_charts.py, for Chart.js.

import { fade, hatch, token } from "./tokens.js";

const FILLS = {
  neg: () => token("--neg-fill"),
  neu: () => token("--neu-fill"),
  unk: () => hatch(token("--neu"), token("--paper")),
  pos: () => token("--pos-fill"),
  wait: () => token("--line"),
};

function line(label, color, data, more = {}) {
  return {
    type: "line",
    label,
    data,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 1.5,
    pointRadius: data.filter((value) => value !== null).length < 2 ? 2 : 0,
    pointHoverRadius: 3,
    tension: 0.25,
    ...more,
  };
}

// A day that is not over is pale.
function pale(config, tone, color) {
  if (!config.partial || tone === "unk") return color;
  return config.labels.map((_, at) => (at === config.labels.length - 1 ? fade(color, 45) : color));
}

const kinds = {
  volume: (config) => [
    ...config.segments.map(({ name, tone, data }) => ({
      type: "bar",
      label: name,
      data,
      backgroundColor: pale(config, tone, FILLS[tone]()),
      stack: "sentiment",
      categoryPercentage: 0.82,
      barPercentage: 1,
      maxBarThickness: 34,
    })),
    ...config.lines.map(({ name, who, data }) => line(name, token(`--who-${who}`), data, { order: -1, endLabel: name })),
  ],
  net: (config) => [
    line("", "transparent", config.high, { fill: "+1", backgroundColor: fade(token("--ink"), 9), isBand: true }),
    line("", "transparent", config.low, { isBand: true }),
    line(config.name, token("--ink"), config.net, {
      borderWidth: 2,
      segment: { borderColor: (part) => (part.p1.parsed.y < 0 ? token("--neg-fill") : token("--ink")) },
    }),
  ],
  nets: (config) =>
    config.lines.flatMap(({ name, who, net, low, high }) => [
      line("", "transparent", high, { fill: "+1", backgroundColor: fade(token(`--who-${who}`), 8), isBand: true }),
      line("", "transparent", low, { isBand: true }),
      line(name, token(`--who-${who}`), net, { borderWidth: who === 1 ? 2.5 : 1.5, endLabel: name, low, high }),
    ]),
  counts: (config) => [
    {
      type: "bar",
      label: config.name,
      data: config.data,
      backgroundColor: token("--ink-3"),
      categoryPercentage: 0.82,
      barPercentage: 1,
      maxBarThickness: 34,
    },
  ],
  replay: (config) => {
    const fired = new Set(config.fired.map(({ at }) => at));
    const colors = config.data.map((_, at) => token(fired.has(at) ? "--neg-fill" : "--ink-3"));
    return [
      {
        type: "bar",
        label: config.name,
        data: config.data,
        backgroundColor: colors,
        categoryPercentage: 0.82,
        barPercentage: 1,
        maxBarThickness: 34,
      },
    ];
  },
  goal: (config) => [
    line("", "transparent", config.high, { fill: "+1", backgroundColor: fade(token("--ink"), 12), isBand: true, tension: 0 }),
    line("", "transparent", config.low, { isBand: true, tension: 0 }),
    line(config.expectedName, token("--ink-3"), config.expected, { borderDash: [4, 4], tension: 0, endLabel: config.expectedName }),
    line(config.name, token("--ink"), config.data, { borderWidth: 2, spanGaps: true, tension: 0 }),
  ],
  shares: (config) =>
    config.lines.map(({ name, who, data }) =>
      line(name, token(`--who-${who}`), data, { borderWidth: who === 1 ? 2.5 : 1.5, endLabel: name }),
    ),
};

export const datasets = (config) => kinds[config.kind](config);
