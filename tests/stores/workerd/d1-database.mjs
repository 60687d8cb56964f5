// The server's side of D1 as workerd's own D1 binding speaks to it: SQLite in a Durable Object, a batch in one
// transaction. The binding is the runtime's; only its far end, which is Cloudflare's network, stands here.
import { DurableObject } from "cloudflare:workers";

export class Database extends DurableObject {
  async fetch(request) {
    const asked = await request.json();
    const queries = Array.isArray(asked) ? asked : [asked];
    const { sql } = this.ctx.storage;
    try {
      const answers = this.ctx.storage.transactionSync(() =>
        queries.map(({ sql: text, params }) => {
          const cursor = sql.exec(text, ...(params ?? []));
          return {
            success: true,
            results: { columns: cursor.columnNames, rows: [...cursor.raw()] },
            meta: {},
          };
        }),
      );
      return Response.json(answers);
    } catch (error) {
      return Response.json({ success: false, error: error.message });
    }
  }
}

export default {
  fetch: (request, { DATABASE }) => DATABASE.get(DATABASE.idFromName("database")).fetch(request),
};
