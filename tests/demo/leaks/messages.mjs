import { stringsIn } from "./strings.mjs";

/** The name under which the page hands what it heard to the checker. */
export const REPORT = "__strongroomHeard";

/**
 * Runs in every frame before any script of the page: from then on, whatever the page makes or listens to that messages
 * come from (windows, workers, ports, channels, sockets) is listened to here as well, and so are the channels named in
 * `channels`, which any script of the origin could open.
 *
 * Our listener is an additional one on the same target: it starts no port and takes no message away.
 */
const listen = (strings, report, channels) => {
  const send = globalThis[report];
  const native = EventTarget.prototype.addEventListener;
  const heard = new WeakSet();
  const hear = (target, event) => {
    if (heard.has(event)) return;
    heard.add(event);
    const { text } = strings({ data: event.data, lastEventId: event.lastEventId }, 20_000);
    send(`${target.constructor.name} message`, text);
  };
  const watched = new WeakSet();
  const watch = (target) => {
    const subject = target ?? globalThis; // `addEventListener(…)` without a receiver means the window
    if (watched.has(subject)) return;
    watched.add(subject);
    Reflect.apply(native, subject, ["message", (event) => hear(subject, event)]);
  };

  EventTarget.prototype.addEventListener = function addEventListener(type, ...rest) {
    if (type === "message") watch(this);
    return Reflect.apply(native, this, [type, ...rest]);
  };
  const holders = [globalThis];
  for (const name of [
    "Worker",
    "MessagePort",
    "BroadcastChannel",
    "ServiceWorkerContainer",
    "WebSocket",
    "EventSource",
  ]) {
    if (typeof globalThis[name] === "function") holders.push(globalThis[name].prototype);
  }
  for (const holder of holders) {
    const property = Object.getOwnPropertyDescriptor(holder, "onmessage");
    if (!property?.set) continue;
    Object.defineProperty(holder, "onmessage", {
      ...property,
      set(listener) {
        watch(this);
        Reflect.apply(property.set, this ?? globalThis, [listener]);
      },
    });
  }
  // What the page holds but does not listen to yet: any script could.
  const sources = {
    Worker: (worker) => [worker],
    SharedWorker: ({ port }) => [port],
    BroadcastChannel: (channel) => [channel],
    MessageChannel: ({ port1, port2 }) => [port1, port2],
    WebSocket: (socket) => [socket],
    EventSource: (source) => [source],
  };
  for (const [name, targets] of Object.entries(sources)) {
    if (typeof globalThis[name] !== "function") continue;
    globalThis[name] = new Proxy(globalThis[name], {
      construct(...call) {
        const made = Reflect.construct(...call);
        targets(made).forEach(watch);
        return made;
      },
    });
  }
  watch(globalThis);
  for (const name of channels) watch(new BroadcastChannel(name));
};

/** The source of the recorder, for `context.addInitScript`. */
export const messageRecorder = (channels = []) =>
  `(${listen})(${stringsIn}, ${JSON.stringify(REPORT)}, ${JSON.stringify(channels)});`;
