// jose, in this process.
import { createPrivateKey, createPublicKey } from "node:crypto";
import { SignJWT, jwtVerify } from "jose";
import pkg from "jose/package.json" with { type: "json" };

const privateKey = ({ pem, secret }) => (secret ? Buffer.from(secret, "base64") : createPrivateKey(pem));
const publicKey = ({ pem, secret }) => (secret ? Buffer.from(secret, "base64") : createPublicKey(pem));

export async function jose() {
  return {
    name: "jose",
    version: pkg.version,
    sign: (job) => new SignJWT(job.claims).setProtectedHeader(job.header).sign(privateKey(job)),
    async verify(job) {
      const { alg, issuer, audience } = job;
      const { payload } = await jwtVerify(job.token, publicKey(job), { algorithms: [alg], issuer, audience });
      return payload;
    },
    stop() {},
  };
}
