// Measures every subject on one case, inside the runtime that is measured: all take turns, round after round.
import { SUBJECTS } from "./subjects.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The token as a string that was never seen: nothing about it is remembered by the engine. */
const fresh = (bytes) => decoder.decode(bytes);

/** How often all tokens come again in one measurement: short times are lost in the clock and in the way to a worker. */
const WARM_PASSES = 5;

/** A subject ready to be timed: `run` verifies every token once, in order. */
export class Trial {
  #verify;
  #inputs = [];
  #tokens;
  #passes = 1;

  /** `undefined` if the subject cannot do this case. */
  static async start(name, given, mode) {
    const trial = new Trial();
    trial.#verify = await SUBJECTS[name].make(given);
    if (!trial.#verify) return undefined;
    await trial.#prove(given);
    // Cold: tokens that this very verifier has not seen. Warm: all of them have been seen, as other strings.
    trial.#tokens = given.tokens.slice(1).map((token) => encoder.encode(token));
    if (mode === "warm" && SUBJECTS[name].remembers) {
      trial.refill();
      await trial.run();
      trial.#passes = WARM_PASSES;
    } else if (mode === "warm") {
      // Who remembers nothing takes as long each time: a part of the tokens tells.
      trial.#tokens = trial.#tokens.slice(0, 100);
    }
    trial.refill();
    return trial;
  }

  /** It accepts the first token and refuses the forged one: what is not that is not measured. */
  async #prove({ tokens, forged }) {
    const ready = this.#verify.ready ?? ((token) => token);
    const result = await this.#verify(ready(tokens[0]));
    const claims = result?.claims ?? result?.payload ?? result;
    if (!String(claims?.sub).startsWith("user-")) throw new Error("no claims");
    let refused = false;
    try {
      await this.#verify(ready(forged));
    } catch {
      refused = true;
    }
    if (!refused) throw new Error("a forged token is accepted");
  }

  /** Makes new strings of the same tokens, or what else the subject takes. */
  refill() {
    const ready = this.#verify.ready ?? ((token) => token);
    const passes = Array.from({ length: this.#passes }, () => this.#tokens);
    this.#inputs = passes.flat().map((token) => ready(fresh(token)));
  }

  async run() {
    const verify = this.#verify;
    for (const input of this.#inputs) {
      const result = verify(input);
      if (result instanceof Promise) await result;
    }
    return this.#inputs.length;
  }

  /** The same without a promise, for subjects whose calls give none. */
  runSync() {
    const verify = this.#verify;
    for (const input of this.#inputs) verify(input);
    return this.#inputs.length;
  }
}

export const isSync = (name) => /sync|node:crypto|look-up$/.test(name);

/** The subjects that can be asked for on a runtime. Native calls keep nothing: they have no warm row. A look-up has no other. */
export const subjectsOn = (runtime, mode) =>
  Object.keys(SUBJECTS).filter((name) => {
    const { only, isFloor, isLookUp } = SUBJECTS[name];
    const fits = mode === "warm" ? !isFloor : !isLookUp;
    return fits && (!only || only.includes(runtime));
  });

/**
 * Microseconds a token, one sample a round, by subject. `missing` collects who cannot do it, and why.
 */
export async function measure(runtime, given, { mode, rounds, repeat }, missing) {
  const samples = {};
  for (let round = -1; round < rounds; round++) {
    const names = subjectsOn(runtime, mode).filter((name) => !(name in missing));
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round + 1) % names.length];
      let trial;
      try {
        trial = await Trial.start(name, given, mode);
      } catch (error) {
        missing[name] = String(error?.message ?? error);
        continue;
      }
      if (!trial) {
        missing[name] = "not supported";
        continue;
      }
      let time = 0;
      let count = 0;
      for (let turn = 0; turn < repeat; turn++) {
        if (turn > 0) trial.refill();
        const start = performance.now();
        count += isSync(name) ? trial.runSync() : await trial.run();
        time += performance.now() - start;
      }
      // The first round warms up.
      if (round >= 0) (samples[name] ??= []).push((time * 1000) / count);
    }
  }
  return samples;
}
