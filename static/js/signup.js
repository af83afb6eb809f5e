// Sign-up: selects the time zone of this browser if the form still shows the server's default.

const field = document.querySelector("input[data-default-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (field && zone && field.value === field.dataset.defaultZone) field.value = zone;
