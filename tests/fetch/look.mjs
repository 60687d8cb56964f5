/** What a case tells about a response, an error or a body: plain JSON that two runs can be compared by. */

/** Everything of a response that can be read without its body. */
export const facts = (response) => ({
  status: response.status,
  statusText: response.statusText,
  ok: response.ok,
  type: response.type,
  url: response.url,
  redirected: response.redirected,
  headers: Object.fromEntries(response.headers),
});

/** … and the body as text. */
export const whole = async (response) => ({ ...facts(response), body: await response.text() });

/** What the server saw of a request to `/echo`. */
export const echoed = async (response) => ({ status: response.status, ...(await response.json()) });

/** What engines put in front of a message to say who refuses. */
const SPEAKER =
  /^(Failed to (execute '\w+' on '\w+'|construct 'Request')|Window\.fetch|Request constructor): /;

/** How a promise is refused. The message is the engine's own. */
export const refusal = async (promise) => {
  try {
    const value = await promise;
    return { resolved: value instanceof Response ? facts(value) : String(value) };
  } catch (error) {
    const { name, message } = Object(error);
    const kinds = [DOMException, TypeError, SyntaxError, RangeError, Error];
    const kind = kinds.find((one) => error instanceof one)?.name ?? typeof error;
    return { name, kind, message: typeof error === "object" ? message.replace(SPEAKER, "") : String(error) };
  }
};

export const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const digest = async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer)).slice(0, 32);

/** Reads a stream to its end, or to where it breaks. */
export const drain = async (stream) => {
  const reader = stream.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { bytes };
      bytes += value.byteLength;
    }
  } catch (error) {
    return { bytes, broke: await refusal(Promise.reject(error)) };
  }
};

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A stream of these texts, one every so often. */
export const streamOf = (texts, every = 0) => {
  const left = texts.map((text) => new TextEncoder().encode(text));
  return new ReadableStream({
    async pull(controller) {
      await sleep(every);
      const next = left.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
  });
};
