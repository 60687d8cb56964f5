// A real attacker: gives the vault shared memory as a request's body, to watch what the worker writes near it; and
// tries to get hold of the wasm's own memory.
export default {
  row: "read",
  expected: ["loses", "loses"],
  before: (redteam) => {
    redteam.memories = [];
    const { instantiate, Memory } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given);
      redteam.memories.push(made.instance?.exports ?? made.exports);
      return made;
    };
    WebAssembly.Memory = class extends Memory {
      constructor(...given) {
        super(...given);
        redteam.memories.push(this);
      }
    };
  },
  after: async (_, redteam) => {
    const { app } = globalThis;
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    const outcomes = [];
    for (const body of [buffer, new Uint8Array(buffer), new DataView(buffer, 8, 64)]) {
      await app.call("/v1/echo", { method: "POST", body }).then(
        (response) => outcomes.push(response.status),
        (error) => outcomes.push(String(error.code ?? error.name)),
      );
    }
    redteam.loot(new TextDecoder().decode(new Uint8Array(buffer).slice()));
    for (const { memory } of redteam.memories) if (memory) redteam.loot(String(memory.buffer.byteLength));
    return outcomes;
  },
  reached: ({ brought }) => brought.length === 3,
};
