// undici.mjs - the same request by node's undici: one pool, a connection for
// each call at once.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/build/tools/");
const { Pool } = require("undici");

const [url, ca, file, atOnce, warmUp, count] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const cut = text.indexOf("\n\n");
const headers = Object.fromEntries(
  text
    .slice(0, cut)
    .split("\n")
    .map((line) => line.split(": ")),
);
const body = text.slice(cut + 2);

const { origin, pathname, search } = new URL(url);
const pool = new Pool(origin, {
  connections: Number(atOnce),
  pipelining: 1,
  connect: { ca: readFileSync(ca) },
});

async function call() {
  const answer = await pool.request({
    path: pathname + search,
    method: "POST",
    headers,
    body,
  });
  const { transactionId } = await answer.body.json();
  if (answer.statusCode !== 200 || !transactionId)
    throw new Error("not the answer that was expected");
}

async function measure(calls) {
  const began = process.hrtime.bigint();
  const used = process.cpuUsage();
  let left = calls;
  const workers = Array.from({ length: Number(atOnce) }, async () => {
    while (left-- > 0) await call();
  });
  await Promise.all(workers);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const { user, system } = process.cpuUsage(used);
  console.log(
    `${calls} ${seconds.toFixed(6)} ${((user + system) / 1e6).toFixed(6)}`,
  );
}

await measure(Number(warmUp));
await measure(Number(count));
await pool.close();
