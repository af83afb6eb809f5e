// Requests of the scripts of the mention list and of the columns page. After the session has ended, the page is loaded
// again, which shows the sign-in page.

const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" });

async function textOf(response) {
  if (response.redirected) location.reload();
  if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
  return response.text();
}

export async function post(url, fields) {
  return textOf(await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: headers() }));
}

// Return the HTML of a fragment as a document, or null if it couldn't be read: a later refresh tries again.
export async function getFragment(url) {
  const response = await fetch(url, { headers: headers() }).catch(() => null);
  if (response?.redirected) location.reload();
  if (!response?.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
