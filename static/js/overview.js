// The overview: its charts, and the explanation of the bucket that is selected in the chart of mentions.

import "./chart/download.js";
import { drawCharts } from "./chart/draw.js";

drawCharts((config, place) => {
  const url = config.explain?.[place];
  if (url) window.htmx.ajax("GET", url, { target: "#peak", swap: "innerHTML" });
});
