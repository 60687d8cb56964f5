// A real attacker: writes the address so that a check by prefix or pattern takes it for the API's and the network for
// theirs: user names, backslashes, tabs, dots, ports, case, encodings, IPv6, foreign letters.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil }, { attempt }) => {
    const { host, hostname, port } = new URL(api);
    const foe = new URL(evil).host;
    const urls = [
      `https://${host}@${foe}/v1/me`,
      `https://${hostname}:${port}:x@${foe}/v1/me`,
      `https://${foe}\\@${host}/v1/me`,
      `https://${host}\\@${foe}/v1/me`,
      `https:\\\\${foe}\\v1\\me`,
      `https://${foe}#@${host}/v1/me`,
      `https://${foe}?@${host}/v1/me`,
      `https://${host}.${foe}/v1/me`,
      `https://${hostname}.:${port}/v1/me`,
      `https://${hostname}%2e${foe}/v1/me`,
      `https://${hostname}%00.${foe}/v1/me`,
      `https://${hostname}\t.${foe}/v1/me`,
      `https://${hostname}\n@${foe}/v1/me`,
      `ht\ntps://${foe}/v1/me`,
      ` https://${foe}/v1/me`,
      `https:/${foe}/v1/me`,
      `https:${foe}/v1/me`,
      `//${foe}/v1/me`,
      `\\\\${foe}\\v1\\me`,
      `https://${hostname}/v1/me`,
      `https://${hostname}:443/v1/me`,
      `https://${hostname}:0${port}/v1/../reflect`,
      `http://${host}/v1/me`,
      `wss://${host}/v1/me`,
      `ftp://${host}/v1/me`,
      `https://[::ffff:127.0.0.1]:${port}/v1/me`,
      `https://[::1]:${port}/v1/me`,
      `https://0x7f.1:${port}/v1/me`,
      `https://2130706433:${port}/v1/me`,
      `https://\u0430pi.example.com:${port}/v1/me`,
      `https://api\u3002example\u3002com.evil.example.net:${port}/v1/me`,
      `https://\uff41pi.example.com.evil.example.net:${port}/v1/me`,
      `https://api.example.com.evil.example.net:${port}/v1/me`,
      `${api}/v1/../reflect`,
      `${api}/v1/%2e%2e/reflect`,
      `${api}/v1/..%2freflect`,
      `${api}/v1/..%5creflect`,
      `${api}/v1%2f..%2freflect`,
      `${api}/v1;/../reflect`,
      `${api}/V1/reflect`,
      `${api}/v10/reflect`,
    ];
    const outcomes = {};
    for (const url of urls) outcomes[url] = await attempt(url);
    for (const url of urls) {
      const request = () => new Request(new URL(url, api), { method: "POST", body: "x" });
      await Promise.resolve()
        .then(() => attempt(request()))
        .catch(String);
    }
    return outcomes;
  },
  // One of them is the API's own address, which the vault calls.
  reached: ({ brought }) =>
    Object.keys(brought).length >= 40 && Object.values(brought).includes("resource_not_allowed"),
};
