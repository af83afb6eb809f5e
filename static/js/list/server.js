// Requests of the scripts of the mention list and of the columns page. After the session has ended, the page is loaded
// again, which shows the sign-in page.

const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" });

// Return the status and the text of the response. Throws for an error, except for the `expected` statuses.
export async function send(url, fields, expected = []) {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: headers() });
  if (response.redirected) location.reload();
  const isRead = response.ok || expected.includes(response.status);
  if (!isRead || response.redirected) throw new Error(`status ${response.status}`);
  return { status: response.status, text: await response.text() };
}

export const post = async (url, fields) => (await send(url, fields)).text;

// Return the HTML of a fragment as a document, or null if it couldn't be read: a later refresh tries again.
export async function getFragment(url) {
  const response = await fetch(url, { headers: headers() }).catch(() => null);
  if (response?.redirected) location.reload();
  if (!response?.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
