// Writes through the VIP as applications would, and accounts for every acknowledged write.
//
// Each client writes one key at a time, each key once. Connect and operation timeouts are 250 ms;
// after an error a client reconnects and tries the next key after 1 ms. On SIGTERM all acknowledged
// keys are read back through the VIP, and the report says what is missing and what the longest time
// was between two acknowledgements of one client. At SIGUSR1 the same is reported, and the clients
// go on meanwhile; what was acknowledged before is looked for each time.
import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { RespConnection } from "./resp.mjs";

const TIMEOUT_MS = 250;
const RETRY_MS = 1;
const VERIFY_MS = 20_000;
const CHUNK = 500;
/** Lost writes that were acknowledged closer to each other are one stretch. */
const STRETCH_MS = 50;

const { values: options } = parseArgs({
  options: {
    vip: { type: "string" },
    port: { type: "string" },
    report: { type: "string" },
    pause: { type: "string", default: "1" },
    clients: { type: "string", default: "1" },
  },
});
const target = { host: options.vip, port: Number(options.port), timeoutMs: TIMEOUT_MS };
const pauseMs = Number(options.pause);
const prefix = `lab:${process.pid}:${Date.now()}:`;

const nowMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const acknowledged = [];
const acknowledgedAt = [];
const errors = new Map();
const clients = Array.from({ length: Number(options.clients) }, () => ({ lastAt: undefined }));
let stopping = false;
let gap = { ms: 0, from: 0, to: 0 };
let tried = 0;

process.on("SIGTERM", () => {
  stopping = true;
});
process.on("SIGUSR1", () => {
  writeReport().catch((error) => process.stderr.write(`no report: ${error.message}\n`));
});

await Promise.all(clients.map((client) => writeUntilStopped(client)));
await writeReport();
process.exit(0);

async function writeUntilStopped(client) {
  let connection;
  while (!stopping) {
    try {
      connection ??= await RespConnection.open(target);
      await writeOne(client, connection);
    } catch (error) {
      count(error);
      connection?.close();
      connection = undefined;
      await sleep(RETRY_MS);
    }
  }
  connection?.close();
}

async function writeOne(client, connection) {
  const number = tried;
  tried += 1;
  await connection.call(["SET", prefix + number, String(number)], TIMEOUT_MS);
  acknowledge(client, number);
  if (pauseMs > 0) await sleep(pauseMs);
}

function acknowledge(client, number) {
  const now = nowMs();
  if (acknowledged.length === 0) writeFileSync(`${options.report}.ready`, "");
  acknowledged.push(number);
  acknowledgedAt.push(now);
  if (client.lastAt !== undefined && now - client.lastAt > gap.ms)
    gap = { ms: now - client.lastAt, from: client.lastAt, to: now };
  client.lastAt = now;
}

function count(error) {
  const what = error.code ?? error.message.split(" ")[0];
  errors.set(what, (errors.get(what) ?? 0) + 1);
}

async function writeReport() {
  const content = `${JSON.stringify(await report())}\n`;
  writeFileSync(`${options.report}.new`, content);
  renameSync(`${options.report}.new`, options.report);
}

async function report() {
  const askedAt = nowMs();
  const lastAt = acknowledgedAt.at(-1);
  const widest = gap;
  gap = { ms: 0, from: 0, to: 0 };
  const lost = (await verify()).map((place) => acknowledgedAt[place]);
  return {
    acknowledged: acknowledged.length,
    tried,
    lost: lost.length,
    // When the first and the last lost write were acknowledged.
    lost_from_s: lost.length === 0 ? null : lost[0] / 1000,
    lost_to_s: lost.length === 0 ? null : lost.at(-1) / 1000,
    lost_stretches: stretches(lost),
    // The longest one since the last report.
    gap_ms: Math.round(widest.ms * 10) / 10,
    gap_from_s: widest.from / 1000,
    gap_to_s: widest.to / 1000,
    // A gap that had not ended when this report was asked for.
    open_gap_ms: lastAt === undefined ? null : Math.round(askedAt - lastAt),
    errors: Object.fromEntries(errors),
  };
}

function stretches(times) {
  const found = [];
  for (const at of times) {
    const last = found.at(-1);
    if (last !== undefined && at - last.to_s * 1000 <= STRETCH_MS) {
      last.to_s = at / 1000;
      last.count += 1;
    } else found.push({ from_s: at / 1000, to_s: at / 1000, count: 1 });
  }
  return found;
}

/** The acknowledged writes (by place) that the present master lacks. At the end the keys go. */
async function verify() {
  const deadline = nowMs() + VERIFY_MS;
  const numbers = [...acknowledged];
  for (;;) {
    try {
      const connection = await RespConnection.open(target);
      const lost = await missingKeys(connection, numbers);
      if (stopping) await removeKeys(connection);
      connection.close();
      return lost;
    } catch (error) {
      if (nowMs() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function missingKeys(connection, numbers) {
  const missing = [];
  let place = 0;
  for (const some of chunks(numbers)) {
    const values = await connection.call(["MGET", ...some.map((n) => prefix + n)], 2_000);
    for (const [index, value] of values.entries()) {
      if (value !== String(some[index])) missing.push(place + index);
    }
    place += some.length;
  }
  return missing;
}

async function removeKeys(connection) {
  const all = Array.from({ length: tried }, (_, number) => number);
  for (const numbers of chunks(all)) {
    await connection.call(["UNLINK", ...numbers.map((n) => prefix + n)], 2_000);
  }
}

function* chunks(numbers) {
  for (let at = 0; at < numbers.length; at += CHUNK) yield numbers.slice(at, at + CHUNK);
}
