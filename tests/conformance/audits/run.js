// Runs every audit of graphql-http against AUDIT_URL with AUDIT_TOKEN and prints one JSON line for each.
import { serverAudits } from "graphql-http";

const url = process.env.AUDIT_URL;
const authorization = `Bearer ${process.env.AUDIT_TOKEN}`;

const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization } });

for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
