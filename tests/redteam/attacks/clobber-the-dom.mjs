// A real attacker: may inject markup but no script, and names forms, anchors and frames like the globals the SDK
// might read, so that it starts another worker or believes in another address.
export default {
  row: "read",
  expected: ["loses", "loses"],
  before: (redteam) => {
    const { evil } = redteam;
    redteam.names = [
      "vault",
      "strongroom",
      "app_config",
      "worker",
      "Worker",
      "endpoints",
      "isolated",
      "origin",
    ];
    const box = document.createElement("div");
    box.innerHTML = redteam.names
      .map((name) => `<a id="${name}" href="${evil}/x.js"></a><form name="${name}"><input name="url"></form>`)
      .join("");
    document.documentElement.append(box);
    redteam.frame({ name: "strongroom" }, document.documentElement);
  },
  after: (_, redteam) => redteam.names.filter((name) => document.getElementById(name) && window[name]),
  reached: ({ brought }) => brought.length === 8,
};
