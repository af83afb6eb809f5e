// Connects this browser to notifications: asks for permission, subscribes at its push service, fills in the form.

const part = document.querySelector("[data-push-key]");
const button = part.querySelector("[data-connect]");
const state = part.querySelector("[data-push-state]");
const form = part.closest("form");

function say(name) {
  state.textContent = part.querySelector(`[data-push-says="${name}"]`).content.textContent;
}

async function subscribe() {
  const registration = await navigator.serviceWorker.register(part.dataset.pushWorker);
  await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: part.dataset.pushKey };
  return registration.pushManager.subscribe(options).catch(async (error) => {
    // A subscription with another key, of an earlier set-up of this server, has to end first.
    const former = error.name === "InvalidStateError" && (await registration.pushManager.getSubscription());
    if (!former) throw error;
    await former.unsubscribe();
    return registration.pushManager.subscribe(options);
  });
}

async function connect() {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const { endpoint, keys } = (await subscribe()).toJSON();
  const values = { endpoint, p256dh: keys.p256dh, auth: keys.auth, server_key: part.dataset.pushKey };
  for (const [name, value] of Object.entries(values)) form.elements.namedItem(name).value = value;
  return "connected";
}

button.addEventListener("click", async () => {
  button.setAttribute("aria-busy", "true");
  say(await connect().catch(() => "failed"));
  button.removeAttribute("aria-busy");
});

if (!window.isSecureContext) say("insecure");
else if (!("PushManager" in window && "Notification" in window && "serviceWorker" in navigator)) say("unsupported");
else button.hidden = false;
