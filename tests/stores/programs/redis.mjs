// The Redis store through Bun's own client. Takes the server's port; prints one JSON line per case.
import { redisStore } from "strongroom/stores/redis";
import { storeCases } from "strongroom/stores/testing";
import { ROUNDS } from "../app.mjs";
import { report } from "./report.mjs";

const { Bun, process } = globalThis;
const connect = () => new Bun.RedisClient(`redis://127.0.0.1:${process.argv.at(-1)}`);
// The server forgets the scripts, as after a restart: this client must send them itself.
await connect().send("SCRIPT", ["FLUSH"]);
await report(storeCases(() => redisStore(connect()), { rounds: ROUNDS }));
