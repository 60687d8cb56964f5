// With refresh tokens, which this library keeps in a worker.
import { start } from "/page/peers/auth0-client.js";

await start("auth0-worker", { useRefreshTokens: true, useRefreshTokensFallback: true });
