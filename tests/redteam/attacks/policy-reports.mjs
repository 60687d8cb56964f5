// A real attacker: provokes violations of the content security policy and reads the reports, which quote addresses
// and pieces of script; or has them sent to a server of their own.
export default {
  row: "read",
  expected: ["loses", "loses"],
  csp: true,
  before: (redteam) => {
    addEventListener("securitypolicyviolation", (event) => {
      redteam.loot([event.blockedURI, event.sample, event.sourceFile, event.referrer, event.originalPolicy]);
    });
  },
  after: async ({ refresh, vault, asVault, evil }, redteam) => {
    const policy = document.createElement("meta");
    policy.httpEquiv = "content-security-policy";
    policy.content = `connect-src 'self' ${evil}; img-src 'none'`;
    document.head.append(policy);
    await fetch(`${vault}/auth/refresh?x`, asVault).catch(String);
    await fetch(refresh.replace(":", "x:"), asVault).catch(String);
    await globalThis.app.call("/v1/me").catch(String);
    new Image().src = refresh;
    try {
      new Worker("data:text/javascript,0");
    } catch {
      // Refused outright.
    }
    await redteam.wait(200);
    return redteam.refused();
  },
  reached: ({ brought }) => ["connect-src", "img-src"].every((name) => brought.includes(name)),
};
