// The demo's OpenID provider: `oidc-provider`, a certified implementation, with a login page of its own.
//   node www/provider/main.mjs stack.json      prints "ready <origin>" once it answers
//   kill -USR2 <pid>                           takes it down, and up again
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { interactions } from "./interactions.mjs";
import { createProvider } from "./provider.mjs";

const stack = JSON.parse(readFileSync(process.argv[2], "utf8"));
const provider = await createProvider(stack);
const pages = interactions(provider);
const answer = provider.callback();

const server = createServer(
  { cert: readFileSync(stack.tls.cert), key: readFileSync(stack.tls.key) },
  (request, response) => {
    const work = request.url?.startsWith("/interaction/")
      ? pages(request, response)
      : answer(request, response);
    void Promise.resolve(work).catch((error) => {
      console.error(`provider: ${error.name}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  },
);
const listen = () =>
  server.listen(stack.ports.id, "127.0.0.1", () => console.log(`ready ${stack.origins.id}`));
listen();

// Down (nobody listens, open connections break) and up again, keeping what it knows: for checks of an outage.
setInterval(() => {}, 2 ** 30); // keeps the process while nothing listens
process.on("SIGUSR2", () => {
  if (!server.listening) return listen();
  server.close(() => console.log("down"));
  server.closeAllConnections();
});
