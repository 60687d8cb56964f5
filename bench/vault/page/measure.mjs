// What is measured, with any of the functions that are called like fetch. All take turns; the order changes from round to round.

const now = () => performance.now();

const shuffled = (list) => {
  const all = [...list];
  for (let left = all.length; left > 1; left--) {
    const at = Math.floor(Math.random() * left);
    [all[at], all[left - 1]] = [all[left - 1], all[at]];
  }
  return all;
};

/** Milliseconds of each contender in each round, in the order of the rounds. */
export const turns = async (contenders, rounds, work) => {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffled(Object.keys(contenders))) {
      const start = now();
      await work(contenders[name]);
      times[name].push(now() - start);
    }
  }
  return times;
};

const expect = (bytes, size) => {
  if (bytes !== size) throw new Error(`${bytes} bytes instead of ${size}`);
};

const streamed = async (response) => {
  const reader = response.body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    bytes += value.byteLength;
  }
};

const posted = async (call, origin, body, size) => {
  const response = await call(`${origin}/upload`, { method: "POST", body, cache: "no-store" });
  expect(Number(await response.text()), size);
};

/** By name: one request of each kind, from the call to the last byte. */
export const makeWork = ({ api }, size) => {
  const bytes = new Uint8Array(size).fill(120);
  const blob = new Blob([bytes]);
  const get = (call, path) => call(`${api}${path}`, { cache: "no-store" });
  return {
    small: async (call) => expect((await (await get(call, "/small")).text()).length, 1024),
    json: async (call) => expect((await (await get(call, "/json")).json()).length, 200_000),
    "download, as a stream": async (call) =>
      expect(await streamed(await get(call, `/download?size=${size}`)), size),
    "download, as a whole": async (call) =>
      expect((await (await get(call, `/download?size=${size}`)).arrayBuffer()).byteLength, size),
    "upload of a Blob": (call) => posted(call, api, blob, size),
    "upload of an ArrayBuffer": (call) => posted(call, api, bytes.buffer, size),
  };
};

/** Many at once: milliseconds until the last is there. */
export const parallel = async (call, origin, count) => {
  const start = now();
  const all = Array.from({ length: count }, async () =>
    (await call(`${origin}/small`, { cache: "no-store" })).text(),
  );
  const done = (await Promise.all(all)).filter((text) => text.length === 1024).length;
  expect(done, count);
  return now() - start;
};

/** Bytes that each of many answers that have begun and do not end costs the page and its workers. */
export const memory = async (call, origin, count) => {
  const used = async () => (await performance.measureUserAgentSpecificMemory()).bytes;
  const before = await used();
  const stop = new AbortController();
  const open = [];
  for (let at = 0; at < count; at++)
    open.push(await call(`${origin}/open`, { signal: stop.signal, cache: "no-store" }));
  const after = await used();
  stop.abort();
  return (after - before) / open.length;
};
