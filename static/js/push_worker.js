// The service worker that shows the messages of Vigie's browser notifications, and opens their page.

self.addEventListener("push", (event) => {
  const { title, body, tag, url, label, lang } = event.data.json();
  const actions = label ? [{ action: "open", title: label }] : [];
  const options = { body, tag, lang, actions, dir: "auto", data: { url } };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin).href;
  const open = async () => {
    const pages = await self.clients.matchAll({ type: "window" });
    const page = pages.find((one) => one.url === url);
    return page ? page.focus() : self.clients.openWindow(url);
  };
  event.waitUntil(open());
});
