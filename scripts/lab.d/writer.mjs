// Writes through the VIP as an application would, and accounts for every acknowledged write.
//
// One write at a time, each with a key of its own. Connect and operation timeouts are 250 ms; after
// an error it reconnects and tries the next number after 1 ms. On SIGTERM it reads every
// acknowledged key back through the VIP and reports what is missing, and the longest time between
// two acknowledgements.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { RespConnection } from "./resp.mjs";

const TIMEOUT_MS = 250;
const RETRY_MS = 1;
const VERIFY_MS = 20_000;
const CHUNK = 500;

const { values: options } = parseArgs({
  options: {
    vip: { type: "string" },
    port: { type: "string" },
    report: { type: "string" },
    pause: { type: "string", default: "1" },
  },
});
const target = { host: options.vip, port: Number(options.port), timeoutMs: TIMEOUT_MS };
const pauseMs = Number(options.pause);
const prefix = `lab:${process.pid}:${Date.now()}:`;

const nowMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const acknowledged = [];
const acknowledgedAt = [];
const errors = new Map();
let stopping = false;
let gap = { ms: 0, from: 0, to: 0 };
let lastAt;
let tried = 0;

process.on("SIGTERM", () => {
  stopping = true;
});

await writeUntilStopped();
writeFileSync(options.report, `${JSON.stringify(await report())}\n`);
process.exit(0);

async function writeUntilStopped() {
  let connection;
  while (!stopping) {
    try {
      connection ??= await RespConnection.open(target);
      await writeOne(connection);
    } catch (error) {
      count(error);
      connection?.close();
      connection = undefined;
      await sleep(RETRY_MS);
    }
  }
  connection?.close();
}

async function writeOne(connection) {
  const number = tried;
  tried += 1;
  await connection.call(["SET", prefix + number, String(number)], TIMEOUT_MS);
  acknowledge(number);
  if (pauseMs > 0) await sleep(pauseMs);
}

function acknowledge(number) {
  const now = nowMs();
  if (lastAt === undefined) writeFileSync(`${options.report}.ready`, "");
  acknowledged.push(number);
  acknowledgedAt.push(now);
  if (lastAt !== undefined && now - lastAt > gap.ms) gap = { ms: now - lastAt, from: lastAt, to: now };
  lastAt = now;
}

function count(error) {
  const what = error.code ?? error.message.split(" ")[0];
  errors.set(what, (errors.get(what) ?? 0) + 1);
}

async function report() {
  const stoppedAt = nowMs();
  const lost = await verify();
  return {
    acknowledged: acknowledged.length,
    tried,
    lost: lost.length,
    // When the first and the last lost write were acknowledged.
    lost_from_s: lost.length === 0 ? null : acknowledgedAt[lost[0]] / 1000,
    lost_to_s: lost.length === 0 ? null : acknowledgedAt[lost.at(-1)] / 1000,
    gap_ms: Math.round(gap.ms * 10) / 10,
    gap_from_s: gap.from / 1000,
    gap_to_s: gap.to / 1000,
    // A gap that had not ended when the writer was stopped.
    open_gap_ms: lastAt === undefined ? null : Math.round(stoppedAt - lastAt),
    errors: Object.fromEntries(errors),
  };
}

/** The acknowledged writes (by place) that the present master lacks. The keys are then removed. */
async function verify() {
  const deadline = nowMs() + VERIFY_MS;
  for (;;) {
    try {
      const connection = await RespConnection.open(target);
      const lost = await missingKeys(connection);
      await removeKeys(connection);
      connection.close();
      return lost;
    } catch (error) {
      if (nowMs() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function missingKeys(connection) {
  const missing = [];
  let place = 0;
  for (const numbers of chunks(acknowledged)) {
    const values = await connection.call(["MGET", ...numbers.map((n) => prefix + n)], 2_000);
    values.forEach((value, index) => {
      if (value !== String(numbers[index])) missing.push(place + index);
    });
    place += numbers.length;
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
