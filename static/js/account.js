// Sign-up: proposes the time zone of this computer where the form still shows Vigie's default.

const box = document.querySelector("input[data-default-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (box && zone && box.value === box.dataset.defaultZone) box.value = zone;
