/**
 * Every string of at least 16 characters that can be reached from `root`: through own properties, prototypes' getters,
 * maps, sets, arrays and the bytes of buffers. Runs inside the page, so it refers to nothing outside itself.
 *
 * It visits at most `limit` objects and says when that was not enough; DOM nodes are searched through their markup
 * and own properties only, styles not at all.
 *
 * @param {unknown} root
 * @param {number} limit
 * @returns {{ text: string, complete: boolean }}
 */
export function stringsIn(root, limit) {
  const seen = new Set();
  const found = new Set();
  const queue = [];
  const skipped = [
    "CSSStyleDeclaration",
    "CSSStyleProperties",
    "StylePropertyMap",
    "CSSRuleList",
    "CSSStyleSheet",
  ];

  const take = (value) => {
    if (typeof value === "string") {
      if (value.length >= 16) found.add(value);
    } else if ((typeof value === "object" && value !== null) || typeof value === "function") {
      if (!seen.has(value)) {
        seen.add(value);
        queue.push(value);
      }
    }
  };
  const attempt = (work) => {
    try {
      return work();
    } catch {
      return undefined; // a getter that throws, or a window of another origin: nothing readable there
    }
  };
  const takeBytes = (bytes) => {
    let text = "";
    for (let start = 0; start < bytes.length; start += 8192) {
      text += String.fromCharCode(...bytes.subarray(start, start + 8192));
    }
    take(text);
  };
  const takeProperties = (holder, receiver) => {
    for (const key of attempt(() => Reflect.ownKeys(holder)) ?? []) {
      take(typeof key === "symbol" ? key.description : key);
      const property = attempt(() => Reflect.getOwnPropertyDescriptor(holder, key));
      if (property === undefined) continue;
      if ("value" in property) take(property.value);
      else if (property.get) {
        take(property.get);
        take(attempt(() => Reflect.apply(property.get, receiver, [])));
      }
    }
  };

  take(root);
  let visited = 0;
  while (queue.length > 0 && visited < limit) {
    visited += 1;
    const object = queue.pop();
    if (skipped.includes(attempt(() => object.constructor.name))) continue;
    takeProperties(object, object);
    if (typeof Node === "function" && object instanceof Node) {
      if (object === document) take(document.documentElement.outerHTML);
      if ("value" in object) take(attempt(() => object.value));
      for (const near of ["parentNode", "firstChild", "nextSibling"]) take(attempt(() => object[near]));
      continue;
    }
    if (object instanceof Map) for (const pair of object) pair.forEach(take);
    if (object instanceof Set) for (const value of object) take(value);
    if (object instanceof ArrayBuffer) takeBytes(new Uint8Array(object));
    if (ArrayBuffer.isView(object)) {
      takeBytes(new Uint8Array(object.buffer, object.byteOffset, object.byteLength));
    }
    for (let proto = Object.getPrototypeOf(object); proto !== null; proto = Object.getPrototypeOf(proto)) {
      takeProperties(proto, object);
      take(proto);
    }
  }
  return { text: [...found].join("\n"), complete: queue.length === 0 };
}
