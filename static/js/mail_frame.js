// Makes the frame of an email as high as the email, so only the page scrolls. The frame runs no scripts: its sandbox
// allows this page to measure it, and nothing else.

function fit(frame) {
  const body = frame.contentDocument?.body;
  if (body) frame.style.blockSize = `${Math.ceil(body.getBoundingClientRect().height) + 2}px`;
}

for (const frame of document.querySelectorAll(".mail-frame")) {
  frame.addEventListener("load", () => fit(frame));
  new ResizeObserver(() => fit(frame)).observe(frame);
}
