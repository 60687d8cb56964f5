// A real attacker: speaks the worker's protocol by hand, with every type, length and number that it might not expect,
// to confuse it into using a token where it should not.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => redteam.takePorts(),
  after: async ({ api, evil, home }, redteam) => {
    const { replies, ports } = redteam;
    const [port] = ports;
    const get = { method: "GET" };
    const inits = [
      get,
      { ...get, redirect: "follow", mode: "no-cors", credentials: "include" },
      { ...get, headers: { authorization: "x" }, window: null, signal: 5, duplex: "half" },
      { method: "CONNECT" },
      { method: "POST", body: [["a", "b"]] },
      { method: "POST", body: new Map() },
      null,
      "init",
    ];
    const urls = [
      `${api}/v1/me`,
      `${evil}/v1/me`,
      `${home}/auth/refresh`,
      `${api}/v1/../reflect`,
      "",
      {},
      [],
      -1,
    ];
    const headers = [
      [],
      [["authorization", "Bearer x"]],
      [["x"]],
      "x",
      [[`x\r\nhost`, evil]],
      null,
      [
        [1, 2],
        [{}, []],
      ],
    ];
    let id = 1000;
    for (const init of inits) {
      for (const url of urls) port.postMessage([0, ++id, url, headers[id % headers.length], init, true]);
    }
    // Numbers that are none, for requests that are good.
    const numbers = [10n, "7", [7], -1, 2 ** 32 + 7, NaN, null, undefined, {}, 1.5];
    for (const number of numbers) port.postMessage([0, number, `${api}/v1/me`, [], get, true]);
    port.postMessage([0, ++id, `${api}/v1/me`, [], new Uint8Array(2 ** 20), true]);
    const odd = [
      undefined,
      null,
      0,
      -1,
      1e300,
      NaN,
      "0",
      "x".repeat(1e6),
      {},
      [],
      [[]],
      new Date(),
      /x/,
      10n,
      true,
    ];
    for (const one of odd) {
      port.postMessage(one);
      // 3 is a log-out.
      for (let kind = -1; kind < 12; kind++)
        if (kind !== 3) port.postMessage([kind, one, one, one, one, one]);
    }
    await redteam.wait(1500);
    redteam.loot(replies.map((reply) => JSON.stringify(reply, (_, value) => (value === null ? 0 : value))));
    return {
      asked: id - 1000,
      answered: new Set(replies.map(([, id]) => id).filter((id) => id > 1000)).size,
      // A worker that has died is replaced, and gets a port of its own.
      ports: ports.length,
    };
  },
  // The worker itself has answered, and lives.
  reached: ({ brought: { asked, answered, ports } }) => asked === 65 && answered > 0 && ports === 1,
};
