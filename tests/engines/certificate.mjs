import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "./child.mjs";

/**
 * A throw-away certificate that vouches for itself, with its key: what a TLS server takes, and `launch` accepts.
 *
 * @param {string[]} names
 */
export const certificate = (names) => {
  const { path, remove } = folder();
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(path, name));
  const asked = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  const named = ["-subj", "/CN=strongroom test", "-addext", `subjectAltName=${names.map((n) => `DNS:${n}`)}`];
  try {
    execFileSync("openssl", [...asked, ...named, "-keyout", key, "-out", cert], { stdio: "pipe" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw new Error("openssl is needed. Install it: sudo apt-get install openssl (Debian)", { cause: error });
  } finally {
    remove();
  }
};
