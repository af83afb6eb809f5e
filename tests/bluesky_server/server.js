// A Bluesky account server (PDS) and its directory of accounts on this machine, for tests/workplace/test_bluesky_server.py.
//
//   cd tests/bluesky_server && npm install --no-save && node server.js     # Node.js 20; prints the URL
//
// Both are the programs that Bluesky runs. The part that indexes all of Bluesky (AppView) is not: this script answers
// the one request of it that Vigie makes before a reply, getPosts, from the records of the server.

const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const { PDS, envToCfg, envToSecrets } = require("@atproto/pds");
const { Database, PlcServer } = require("@did-plc/server");

const port = Number(process.env.PORT ?? 2583);
const [plcPort, viewPort] = [port + 1, port + 2];
const url = `http://localhost:${port}`;

async function postOf(uri) {
  const [, , repo, collection, rkey] = uri.split("/");
  const query = new URLSearchParams({ repo, collection, rkey });
  const response = await fetch(`${url}/xrpc/com.atproto.repo.getRecord?${query}`);
  if (!response.ok) return [];
  const { cid, value } = await response.json();
  return [{ uri, cid, record: value, author: { did: repo, handle: "" }, indexedAt: value.createdAt }];
}

function serveView() {
  http
    .createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url, url);
      const isKnown = pathname === "/xrpc/app.bsky.feed.getPosts";
      const posts = isKnown ? (await Promise.all(searchParams.getAll("uris").map(postOf))).flat() : [];
      response.writeHead(isKnown ? 200 : 501, { "content-type": "application/json" });
      response.end(JSON.stringify(isKnown ? { posts } : { error: "MethodNotImplemented" }));
    })
    .listen(viewPort, "127.0.0.1");
}

async function main() {
  await PlcServer.create({ db: Database.mock(), port: plcPort }).start();
  serveView();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bluesky-server-"));
  const view = { url: `http://localhost:${viewPort}`, did: "did:web:view.example" };
  const settings = {
    devMode: true,
    hostname: "localhost",
    port,
    serviceHandleDomains: [".test"],
    inviteRequired: false,
    rateLimitsEnabled: false,
    dataDirectory: folder,
    blobstoreDiskLocation: path.join(folder, "blobs"),
    didPlcUrl: `http://localhost:${plcPort}`,
    bskyAppViewUrl: view.url,
    bskyAppViewDid: view.did,
    modServiceUrl: view.url,
    modServiceDid: view.did,
    jwtSecret: crypto.randomBytes(16).toString("hex"),
    adminPassword: crypto.randomBytes(16).toString("hex"),
    plcRotationKeyK256PrivateKeyHex: crypto.randomBytes(32).toString("hex"),
  };
  const pds = await PDS.create(envToCfg(settings), envToSecrets(settings));
  await pds.start();
  console.log(`BLUESKY_SERVER=${url}`);
}

main();
