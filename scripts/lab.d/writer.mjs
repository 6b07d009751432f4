// Writes through the VIP (or where Sentinels say the master is) as applications would, and accounts for
// every acknowledged write.
//
// Each client writes one key at a time, each key once. Connect and operation timeouts are 250 ms;
// after an error a client reconnects and tries the next key after 1 ms. On SIGTERM all acknowledged
// keys are read back through the VIP, and the report says what is missing and what the longest time
// was between two acknowledgements of one client. At SIGUSR1 the same is reported, and the clients
// go on meanwhile; what was acknowledged before is looked for each time. --record FILE also keeps when
// each write was acknowledged and each connection made, and when this program itself did not run.
import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { RespConnection } from "./resp.mjs";
import { targetOf } from "./target.mjs";

const TIMEOUT_MS = 250;
const RETRY_MS = 1;
const VERIFY_MS = 20_000;
const CHUNK = 500;
/** A machine that lets this program wait for longer is too busy to measure on. */
const STALL_MS = 50;
const TICK_MS = 10;
/** Code that runs for the first time is slow, and takes the processor from what is measured. */
const REHEARSALS = 50;
/** Lost writes that were acknowledged closer to each other are one stretch. */
const STRETCH_MS = 50;

const { values: options } = parseArgs({
  options: {
    vip: { type: "string" },
    port: { type: "string" },
    sentinels: { type: "string" },
    service: { type: "string" },
    report: { type: "string" },
    record: { type: "string" },
    pause: { type: "string", default: "1" },
    clients: { type: "string", default: "1" },
    wait: { type: "string", default: "0" },
  },
});
const target = targetOf(options, TIMEOUT_MS);
const pauseMs = Number(options.pause);
const replicas = Number(options.wait);
const prefix = `lab:${process.pid}:${Date.now()}:`;

const nowMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const acknowledged = [];
const acknowledgedAt = [];
const connectedAt = [];
const stalls = [];
const errors = new Map();
const clients = Array.from({ length: Number(options.clients) }, () => ({ lastAt: undefined }));
let stopping = false;
let gap = { ms: 0, from: 0, to: 0 };
let tried = 0;

process.on("SIGTERM", () => {
  stopping = true;
});
if (options.record !== undefined) watchStalls();
process.on("SIGUSR1", () => {
  writeReport().catch((error) => process.stderr.write(`no report: ${error.message}\n`));
});

await rehearse();
await Promise.all(clients.map((client) => writeUntilStopped(client)));
await writeReport();
process.exit(0);

/** Connects in vain, as clients do while nobody serves: to a port of this host where nobody listens. */
async function rehearse() {
  for (let times = 0; times < REHEARSALS; times += 1) {
    await RespConnection.open({ host: "127.0.0.1", port: 1, timeoutMs: TIMEOUT_MS }).catch(() => {});
    await sleep(RETRY_MS);
  }
}

function watchStalls() {
  let last = nowMs();
  setInterval(() => {
    const now = nowMs();
    const ms = now - last - TICK_MS;
    if (ms >= STALL_MS) stalls.push({ from_s: last / 1000, ms: Math.round(ms) });
    last = now;
  }, TICK_MS);
}

async function writeUntilStopped(client) {
  let connection;
  while (!stopping) {
    try {
      connection ??= await connect();
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

async function connect() {
  const connection = await target.open();
  connectedAt.push(nowMs());
  return connection;
}

async function writeOne(client, connection) {
  const number = tried;
  tried += 1;
  await connection.call(["SET", prefix + number, String(number)], TIMEOUT_MS);
  if (replicas > 0) await waitForReplicas(connection);
  acknowledge(client, number);
  if (pauseMs > 0) await sleep(pauseMs);
}

/** With --wait N a write counts only once N replicas have it, too. */
async function waitForReplicas(connection) {
  const reply = await connection.call(["WAIT", String(replicas), String(TIMEOUT_MS)], 2 * TIMEOUT_MS);
  if (Number(reply) < replicas) throw new Error("UNREPLICATED");
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
  if (options.record !== undefined) writeRecord(lost);
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

function writeRecord(lost) {
  const seconds = (times) => times.map((ms) => ms / 1000);
  const record = {
    acknowledged_s: seconds(acknowledgedAt),
    lost_s: seconds(lost),
    connected_s: seconds(connectedAt),
    stalls,
  };
  writeFileSync(options.record, `${JSON.stringify(record)}\n`);
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
      const connection = await target.open();
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
