// A real attacker: replaces `JSON`, `TextDecoder`, `TextEncoder` and the string methods, through which a token would
// pass on its way from bytes to a header.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  peers: true,
  after: () => {
    const { redteam } = globalThis;
    const look = (place, value) => {
      try {
        const text = typeof value === "string" ? value : JSON.stringify(value);
        if (text && text.length > 30) redteam.loot(`${place} ${text}`);
      } catch {
        // Not everything has a text.
      }
    };
    for (const name of ["parse", "stringify"]) {
      const own = JSON[name];
      JSON[name] = function (...given) {
        const result = own.apply(JSON, given);
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
      const busy = { now: false };
      String.prototype[name] = function (...given) {
        if (!busy.now && this.length > 100 && this.length < 5000) {
          busy.now = true;
          redteam.loot(`${this}`);
          busy.now = false;
        }
        return own.apply(this, given);
      };
    }
    return true;
  },
};
