// A real attacker: may inject markup but no script, and names forms, anchors and frames like the globals the SDK
// might read, so that it starts another worker or believes in another address.
export default {
  row: "read",
  expected: ["loses", "loses"],
  before: ({ evil }) => {
    const clobber = () => {
      const box = document.createElement("div");
      box.innerHTML = [
        "vault",
        "strongroom",
        "app_config",
        "worker",
        "Worker",
        "endpoints",
        "isolated",
        "origin",
      ]
        .map(
          (name) => `<a id="${name}" href="${evil}/x.js"></a><form name="${name}"><input name="url"></form>`,
        )
        .join("");
      document.documentElement.append(box);
      const frame = document.createElement("iframe");
      frame.name = "strongroom";
      document.documentElement.append(frame);
    };
    clobber();
  },
  after: () => document.querySelectorAll("form").length,
};
