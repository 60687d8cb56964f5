/** Where two results differ: `[{ at: "/a/b", fetch, vault }]`. */
export const differences = (one, other, at = "") => {
  const both = [one, other];
  if (both.every((value) => typeof value === "object" && value !== null)) {
    const names = new Set(both.flatMap(Object.keys));
    return [...names].flatMap((name) => differences(one[name], other[name], `${at}/${name}`));
  }
  return Object.is(one, other) ? [] : [{ at: at || "/", fetch: one, vault: other }];
};
