// PyJWT, in a Python of its own. STRONGROOM_PYTHON names one that has it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { childPeer } from "./child.mjs";

const INSTALL =
  "PyJWT is needed: python3 -m venv target/crosscheck-python && " +
  "target/crosscheck-python/bin/pip install pyjwt==2.15.1 cryptography==50.0.2, " +
  "then STRONGROOM_PYTHON=target/crosscheck-python/bin/python; `cargo xtask test crosscheck` does all of it";

export async function pyjwt() {
  const python = process.env.STRONGROOM_PYTHON ?? "python3";
  let version;
  try {
    const args = ["-c", "import cryptography, jwt; print(jwt.__version__)"];
    version = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    throw new Error(INSTALL);
  }
  const script = fileURLToPath(new URL("peer.py", import.meta.url));
  return childPeer("PyJWT", version, python, [script]);
}
