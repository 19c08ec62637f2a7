// Runs every GraphQL-over-HTTP server audit of graphql-http against one endpoint.
//
//   node audit.mjs URL
//
// AUDIT_AUTHORIZATION, when set, is sent as the Authorization header. Exit code 0: no error and no
// warning (notices are things a server MAY do; they are printed); 1: some; 2: wrong use.

import { serverAudits } from "graphql-http";

const REQUEST_TIMEOUT_MS = 10_000;

const [url] = process.argv.slice(2);
if (!url) {
  console.error("usage: node audit.mjs URL");
  process.exit(2);
}
const authorization = process.env.AUDIT_AUTHORIZATION;

function fetchFn(input, init = {}) {
  const headers = new Headers(init.headers);
  if (authorization) {
    headers.set("authorization", authorization);
  }
  return fetch(input, { ...init, headers, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
}

async function run(audit) {
  try {
    return await audit.fn();
  } catch (error) {
    const cause = error?.cause?.message ? `: ${error.cause.message}` : "";
    return { ...audit, status: "error", reason: `the audit could not be run: ${error}${cause}` };
  }
}

const counts = { ok: 0, notice: 0, warn: 0, error: 0 };
// One after the other: what is printed then comes in the order of the server's log.
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await run(audit);
  counts[result.status] += 1;
  if (result.status !== "ok") {
    const answer = result.response ? ` (answered ${result.response.status})` : "";
    console.log(`${result.status.padEnd(6)} ${audit.id}  ${audit.name}\n       ${result.reason}${answer}`);
  }
}

const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
console.log(
  `${total} audits: ${counts.ok} ok, ${counts.notice} notices, ${counts.warn} warnings, ${counts.error} errors`,
);
process.exitCode = total > 0 && counts.warn === 0 && counts.error === 0 ? 0 : 1;
