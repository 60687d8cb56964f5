// How these programs tell what became of their cases.

/** Runs the cases and prints a JSON line for each. */
export async function report(cases) {
  for (const { name, run } of cases) {
    const message = await run().then(
      () => undefined,
      (error) => String(error?.stack ?? error),
    );
    console.log(JSON.stringify({ name, message }));
  }
  // Connections that are still open would keep the program alive.
  globalThis.process.exit(0);
}
