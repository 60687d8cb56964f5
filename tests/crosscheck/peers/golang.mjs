// golang-jwt as Debian packages it, compiled into a small program. GOROOT and GOPATH stay what the packages make them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { childPeer } from "./child.mjs";

const GOPATH = "/usr/share/gocode";
const INSTALL =
  "golang-jwt is needed: apt-get install golang-go golang-github-golang-jwt-jwt-dev; " +
  "`cargo xtask test crosscheck` does so on Debian as root";

export async function golang() {
  if (!existsSync(path.join(GOPATH, "src/github.com/golang-jwt/jwt"))) throw new Error(INSTALL);
  const folder = mkdtempSync(path.join(tmpdir(), "strongroom-golang-"));
  const program = path.join(folder, "peer");
  const env = { ...process.env, GO111MODULE: "off", GOPATH, GOFLAGS: "" };
  const source = fileURLToPath(new URL("peer.go", import.meta.url));
  try {
    execFileSync("go", ["build", "-o", program, source], { env, stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error.code === "ENOENT" ? new Error(INSTALL) : error;
  }
  const peer = childPeer("golang-jwt", version(), program, []);
  const stop = () => (peer.stop(), rmSync(folder, { recursive: true, force: true }));
  return { ...peer, stop };
}

function version() {
  try {
    const query = ["-W", "-f", "${Version}", "golang-github-golang-jwt-jwt-dev"];
    return execFileSync("dpkg-query", query, { encoding: "utf8" });
  } catch {
    return "of this system";
  }
}
