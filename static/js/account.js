// Sign-up: proposes the time zone of this computer, until somebody has chosen another.

const box = document.querySelector("input[data-browser-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (box && zone && box.value === box.defaultValue) box.value = zone;
