// What attacks share outside the pages: the attacker's own session, and what `reached` asks of the play's records.

/** How often a page has asked `name`'s server for this. */
export const asked = (seen, name, method, path) =>
  seen.filter((request) => request.name === name && request.method === method && request.path === path)
    .length;

/** An attack's `prepare`: signs the attacker in and gives the handle of their session. */
export const signInAsMallory = async ({ stack, context, Browser }) => {
  const attacker = new Browser(stack);
  await attacker.login(context.home, { name: "mallory" });
  const handle = attacker.jar(new URL(context.home).hostname).get("__Host-Http-strongroom");
  return { handle, sibling: context.sibling };
};

/** Whether the victim's browser has sent the attacker's handle to the endpoints, under whatever name. */
export const sentHandle = ({ seen, prepared, context }) =>
  seen.some(
    ({ host, path, headers }) =>
      host === new URL(context.home).hostname &&
      path.startsWith("/auth/") &&
      headers.cookie?.includes(prepared.handle),
  );
