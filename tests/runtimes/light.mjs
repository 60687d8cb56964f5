// The worker as edge-runtime wants it: a script that listens.
import worker from "./worker.mjs";

addEventListener("fetch", (event) => event.respondWith(worker.fetch(event.request)));
