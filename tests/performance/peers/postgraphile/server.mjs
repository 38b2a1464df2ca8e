// PostGraphile 5 as its own documentation has it in production: the Amber preset on grafserv's plain Node server.
//
// One process, a pool of the same size as everybody's, row-level security through `pgSettings`, answers as strings,
// no GraphiQL, no introspection, no websockets. It verifies the same signed tokens and, like Linli, remembers the
// verified ones; unlike Linli it does not look the member up in the database.

import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { makePgService } from "@dataplan/pg/adaptors/pg";
import { grafserv } from "grafserv/node";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { BENCH_APP_URL, BENCH_PORT, BENCH_POOL_SIZE, BENCH_KEYS, BENCH_ISSUER, BENCH_AUDIENCE } = process.env;

const pool = new pg.Pool({
  connectionString: BENCH_APP_URL,
  max: Number(BENCH_POOL_SIZE),
  idleTimeoutMillis: 300_000,
  options: "-c TimeZone=Asia/Shanghai -c jit=off -c statement_timeout=5000",
});

const keys = new Map(
  JSON.parse(readFileSync(BENCH_KEYS, "utf8")).keys.map((jwk) => [
    jwk.kid,
    createPublicKey({ format: "jwk", key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } }),
  ]),
);
const remembered = new Map();

function settingsOf(request) {
  const header = request.headers.authorization ?? "";
  const known = remembered.get(header);
  if (known && known.until > Date.now()) return known.settings;
  const [head, body, signature] = header.replace(/^Bearer /, "").split(".");
  const { kid } = JSON.parse(Buffer.from(head, "base64url"));
  const signed = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: keys.get(kid), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  if (!signed || claims.exp * 1000 < Date.now() || claims.iss !== BENCH_ISSUER || claims.aud !== BENCH_AUDIENCE) {
    throw new Error("The token is not valid");
  }
  const settings = { role: "linli_tenant", "linli.tenant": claims.org, "linli.actor": claims.sub };
  remembered.set(header, { settings, until: Math.min(Date.now() + 60_000, claims.exp * 1000) });
  return settings;
}

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      pool,
      schemas: ["public", "bench"],
      pgSettingsForIntrospection: { role: "linli_tenant" },
    }),
  ],
  grafserv: {
    graphqlPath: "/graphql",
    graphiql: false,
    websockets: false,
    watch: false,
    outputDataAsString: true,
  },
  grafast: {
    explain: false,
    context: ({ node }) => ({ pgSettings: settingsOf(node.req) }),
  },
};

const instance = postgraphile(preset);
const serv = instance.createServ(grafserv);
const server = createServer();
server.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
await serv.addTo(server);
if (process.argv.includes("--print-schema")) {
  const { printSchema } = await import("grafast/graphql");
  console.log(printSchema(await instance.getSchema()));
  process.exit(0);
}
server.listen(Number(BENCH_PORT), "127.0.0.1");
