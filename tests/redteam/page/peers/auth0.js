import { start } from "/page/peers/auth0-client.js";

await start("auth0", {});
