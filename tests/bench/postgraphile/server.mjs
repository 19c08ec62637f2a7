// PostGraphile 5 over the two plain tables of schema.sql, for comparison.
//
//   DATABASE_URL=postgres://... NODE_ENV=production GRAPHILE_ENV=production node server.mjs
//
// Prints "postgraphile listening on http://127.0.0.1:PORT" once it answers. POST /graphql, no token.

import { createServer } from "node:http";

import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

// PostGraphile 5.1 is written for Node.js 22, which brought this one; without it, every query fails on 20.
Promise.withResolvers ??= function withResolvers() {
  const deferred = {};
  deferred.promise = new this((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
};

const connectionString = process.env.DATABASE_URL;
if (!connectionString) {
  console.error("DATABASE_URL is not set");
  process.exit(2);
}

// As many connections as privops has by default.
const service = makePgService({
  connectionString,
  schemas: ["plain"],
  poolConfig: { max: 16 },
});

const serv = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [service],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: { explain: false },
}).createServ(grafserv);

const server = createServer();
await serv.addTo(server);
await serv.ready();
server.listen(0, "127.0.0.1", () => {
  console.log(`postgraphile listening on http://127.0.0.1:${server.address().port}`);
});
