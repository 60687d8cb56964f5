// A bad network between the browser and the servers. TLS ends here, so that requests can be lost, held back, sent twice
// or late, and answers lost after the server has done its work. What befalls the n-th request of a route depends on the
// seed, the route and n alone.
import { once } from "node:events";
import { Agent, createServer, request as send } from "node:https";
import { counter, dice, sleep } from "./dice.mjs";

/** How often what happens to a call of the endpoints, per cent; the rest is only delayed. */
const ENDPOINTS = {
  "request lost": 4,
  "request late": 4,
  "response lost": 8,
  "response cut in the middle": 4,
  duplicated: 8,
  "duplicated, second answer": 4,
  delayed: 68,
};
/** The same for the API: its answers carry no cookie, and tabs wait for it all the time. */
const API = { "request lost": 1, "response lost": 1, "response cut in the middle": 1, delayed: 97 };

const HOP = ["connection", "keep-alive", "transfer-encoding", "content-length", "proxy-connection"];

const endToEnd = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.includes(name)));

const read = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Listens at once, so that origins can name its port; serves when `serve` has told it whom. */
export const startProxy = async () => {
  const server = createServer();
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    serve: (options) => serve(server, options),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

/**
 * `tls`: key and certificate. `ca`: the servers' authority. `ports`: of the site and the API. `timeout`: the rotation's
 * T in milliseconds; an older answer never reaches the browser. `late`: the latest a request is sent on. `report`: gets
 * what the pages report.
 */
const serve = (server, { tls, ca, ports, seed, timeout, late, report }) => {
  const agent = new Agent({ ca, keepAlive: true });
  const faults = counter();
  const outcomes = counter();
  const turns = counter();
  const ended = [];
  let calm = true;

  const note = (route, { status, headers, body }) => {
    if (route === "api") return;
    const outcome = headers["strongroom-outcome"] ?? status;
    outcomes.add(`${route} ${outcome}`);
    // What the server has decided, whether or not the answer arrives.
    if (status === 401) ended.push({ route, ...JSON.parse(body.toString()), at: Date.now() });
  };

  const forward = async ({ method, url, headers, body }, route) => {
    const port = headers.host.startsWith("api.") ? ports.api : ports.site;
    const [servername] = headers.host.split(":");
    const outgoing = send({ host: "127.0.0.1", port, servername, method, path: url, headers, agent });
    outgoing.end(body);
    const [answer] = await once(outgoing, "response");
    const whole = { status: answer.statusCode, headers: answer.headers, body: await read(answer) };
    note(route, whole);
    return whole;
  };

  const deliver = (response, { status, headers, body }) => {
    if (response.destroyed) return faults.add("nobody waits for the answer");
    response.writeHead(status, { ...endToEnd(headers), "content-length": body.length }).end(body);
  };

  const suffer = async (asked, response, route) => {
    turns.add(route);
    const chance = dice(seed, `${route} ${turns.counts[route]}`);
    const fault = chance.pick(route === "api" ? API : ENDPOINTS);
    // Mostly short, sometimes most of what a client waits for.
    const delay = () => chance.roll() ** 4 * timeout * 0.45;
    const [there, back] = route === "api" ? [delay() / 4, delay() / 4] : [delay(), delay()];
    faults.add(`${route === "api" ? "api" : "endpoints"}: ${fault}`);
    // Browsers send a request again by themselves when a connection that they have used before is closed. So that the
    // vault has to, too, every other loss ends with something that is no answer.
    const silently = chance.roll() < 0.5;
    const cut = () => {
      if (!silently && !response.headersSent) response.socket?.write("lost\r\n\r\n");
      response.destroy();
    };
    const patience = setTimeout(() => {
      if (!response.writableEnded) faults.add("cut at the client's time-out");
      cut();
    }, timeout);
    response.on("close", () => clearTimeout(patience));
    await sleep(there);
    switch (fault) {
      case "request lost":
        return cut();
      case "request late":
        cut();
        await sleep(chance.between(0, late));
        return forward(asked, route);
      case "response lost":
        await forward(asked, route);
        return cut();
      case "response cut in the middle": {
        const { status, headers, body } = await forward(asked, route);
        if (response.destroyed) return;
        // Its cookie counts, if it has one.
        response.writeHead(status, { ...endToEnd(headers), "content-length": body.length + 1 });
        return response.write(body.subarray(0, body.length / 2), () => setTimeout(cut, 20));
      }
      case "duplicated, second answer": {
        await forward(asked, route);
        await sleep(back);
        return deliver(response, await forward(asked, route));
      }
      default: {
        const again =
          fault === "duplicated" && sleep(chance.between(0, late)).then(() => forward(asked, route));
        const answer = await forward(asked, route);
        await sleep(back);
        deliver(response, answer);
        return again;
      }
    }
  };

  const handle = async (request, response) => {
    response.on("error", () => {});
    const body = await read(request);
    const { method, url, headers } = request;
    if (url === "/tabs/report") {
      for (const event of JSON.parse(body.toString())) report(event);
      return response.writeHead(204).end();
    }
    const asked = { method, url, headers, body };
    const route = headers.host.startsWith("api.") ? "api" : /^\/auth\/(refresh|session)$/.exec(url)?.[1];
    const exempt = calm || !route || method === "OPTIONS";
    return exempt ? deliver(response, await forward(asked, route ?? "api")) : suffer(asked, response, route);
  };

  server.setSecureContext(tls);
  server.on("request", (request, response) => {
    handle(request, response).catch(() => {
      faults.add("connection broke");
      response.destroy();
    });
  });
  return {
    faults: faults.counts,
    outcomes: outcomes.counts,
    /** Every answer that says that a session is over. */
    ended,
    /** Bad weather, or none. */
    storm: (on) => void (calm = !on),
  };
};
