// A real attacker: hooks every way of passing messages before the SDK has taken a channel, so that not one message is
// missed.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => {
    const look = (place, value) => {
      try {
        const text = typeof value === "string" ? value : JSON.stringify(value);
        if (text && text.length > 30) redteam.loot(`${place} ${text}`);
      } catch {
        // Not everything has a text.
      }
    };
    for (const owner of [MessagePort, Window, BroadcastChannel, Worker, globalThis.ServiceWorker].filter(
      Boolean,
    )) {
      const { postMessage } = owner.prototype;
      const target = postMessage ? owner.prototype : globalThis;
      const own = target.postMessage;
      target.postMessage = function (...given) {
        look(`${owner.name} sends`, given[0]);
        return own.apply(this, given);
      };
    }
    const { addEventListener } = EventTarget.prototype;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      if (type === "message") addEventListener.call(this, type, ({ data }) => look("hears", data));
      return addEventListener.call(this, type, listener, options);
    };
    for (const owner of [MessagePort, Worker, BroadcastChannel]) {
      const setter = Object.getOwnPropertyDescriptor(owner.prototype, "onmessage");
      Object.defineProperty(owner.prototype, "onmessage", {
        ...setter,
        set(listener) {
          setter.set.call(this, (event) => {
            look(`${owner.name} hears`, event.data);
            listener.call(this, event);
          });
        },
      });
    }
    const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data");
    Object.defineProperty(MessageEvent.prototype, "data", {
      ...data,
      get() {
        const value = data.get.call(this);
        look("data", value);
        return value;
      },
    });
  },
};
