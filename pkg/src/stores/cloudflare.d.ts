/** The part of the Workers runtime that the Durable Object store uses; users bring the full types themselves. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected ctx: {
      storage: {
        sql: {
          exec<Row>(
            query: string,
            ...bindings: (string | number | null)[]
          ): Iterable<Row> & { rowsWritten: number };
        };
        transactionSync<T>(closure: () => T): T;
        getAlarm(): Promise<number | null>;
        setAlarm(at: number): Promise<void>;
      };
    };
    protected env: Env;
    constructor(ctx: any, env: Env);
  }
}
