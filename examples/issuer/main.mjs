// Builds the page and serves site and API: `npm start`.
import { createApp } from "./app.mjs";
import { build, serve } from "./serve.mjs";

const [sitePort, apiPort] = [Number(process.env.PORT ?? 8787), Number(process.env.API_PORT ?? 8788)];
const [origin, api] = [`http://localhost:${sitePort}`, `http://localhost:${apiPort}`];
await build();
const app = createApp({ origin, api });
await serve(sitePort, origin, app.site);
await serve(apiPort, api, app.api);
console.log(`ready: ${origin}`);
