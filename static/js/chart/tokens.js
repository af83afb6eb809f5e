// Colors and fonts of the style sheet for canvases, read when a chart is drawn.

let probe;

// The color of a custom property as the browser computes it: light-dark() included.
export function token(name) {
  if (!probe) {
    probe = document.createElement("i");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

export function fade(color, percent) {
  return `color-mix(in srgb, ${color} ${percent}%, transparent)`;
}

export function font(size, weight = 400) {
  return `${weight} ${size}px Geist, system-ui, sans-serif`;
}

// A fill of diagonal lines, of the same density on every screen.
export function hatch(color, ground) {
  const size = 6;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const ctx = tile.getContext("2d");
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, size, size);
  ctx.strokeStyle = color;
  ctx.beginPath();
  // One line, and the corners of its two neighbors: the tiles join without gaps.
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift - 1, size + 1);
    ctx.lineTo(shift + size + 1, -1);
  }
  ctx.stroke();
  return ctx.createPattern(tile, "repeat");
}
