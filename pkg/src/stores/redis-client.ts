/** Commands and scripts through whichever client the user has. */

/** A connected client: of `ioredis` (`call`), of `redis` (`sendCommand`) or of Bun (`send`). */
export type RedisClient =
  | { call(command: string, ...parameters: string[]): Promise<unknown> }
  | { sendCommand(parameters: string[]): Promise<unknown> }
  | { send(command: string, parameters: string[]): Promise<unknown> };

/** Sends one command. */
export async function command(client: RedisClient, name: string, ...parameters: string[]): Promise<unknown> {
  // ioredis has a `sendCommand` too, of another kind.
  if ("call" in client) return client.call(name, ...parameters);
  if ("send" in client) return client.send(name, parameters);
  return client.sendCommand([name, ...parameters]);
}

/** A Lua script, sent as its digest where the server knows it. Its one key is the beginning of a shard's keys. */
export class Script {
  readonly #text: string;
  #digest: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  async run(client: RedisClient, key: string, ...parameters: string[]): Promise<unknown> {
    this.#digest ??= await sha1(this.#text);
    try {
      return await command(client, "EVALSHA", this.#digest, "1", key, ...parameters);
    } catch (error) {
      // A server that was started again has forgotten its scripts; nothing has been run.
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return command(client, "EVAL", this.#text, "1", key, ...parameters);
    }
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
