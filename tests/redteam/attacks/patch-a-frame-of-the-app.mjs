// A real attacker: comes after the SDK, but makes a new start: writes the application into a frame of the same origin
// and patches `Worker` there before the SDK runs in it.
export default {
  row: "patch-before",
  expected: ["wins", "loses"],
  after: async ({ own, page }, redteam) => {
    const html = await (await fetch(own + page)).text();
    const { contentDocument, contentWindow } = redteam.frame({});
    contentDocument.open();
    redteam.replaceWorker(contentWindow);
    contentDocument.write(html);
    contentDocument.close();
    await redteam.until(() => contentWindow.app?.done);
    const status = await contentWindow.app.call("/v1/me").then((response) => response.status, String);
    await redteam.wait(300);
    return { status, error: contentWindow.app.error };
  },
  reached: ({ brought }) => brought.status === 200,
};
