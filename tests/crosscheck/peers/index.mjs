// The other libraries behind one interface: `sign(job)` gives a token; `verify(job)` gives the claims, or throws.
import { golang } from "./golang.mjs";
import { jose } from "./jose.mjs";
import { pyjwt } from "./pyjwt.mjs";

/** Starts all of them; a missing one throws with the command that installs it. */
export async function startPeers() {
  const started = [];
  try {
    for (const start of [jose, pyjwt, golang]) started.push(await start());
  } catch (error) {
    for (const peer of started) peer.stop();
    throw error;
  }
  return started;
}
