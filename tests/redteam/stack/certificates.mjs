import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

/** A throw-away authority, which workerd trusts, and one certificate of it for all names. Gives their files. */
export function certificates(dir, names) {
  const file = (name) => path.join(dir, name);
  const openssl = (...parameters) => execFileSync("openssl", parameters, { stdio: "ignore" });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = ["-days", "2", "-subj", "/CN=Throw-away authority"];
  openssl("req", "-x509", ...curve, "-keyout", file("ca.key"), "-out", file("ca.pem"), ...authority);
  const asked = ["-out", file("request.pem"), "-subj", "/CN=Strongroom test"];
  openssl("req", ...curve, "-keyout", file("key.pem"), ...asked);
  writeFileSync(file("names.cnf"), `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\n`);
  const signer = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "2"];
  const signed = ["-extfile", file("names.cnf"), "-out", file("cert.pem")];
  openssl("x509", "-req", "-in", file("request.pem"), ...signer, ...signed);
  return { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") };
}
