// A stock client: ioredis with its default settings, one write each 20 ms, the next one when the last
// one was answered. Appends a line per answer: "ok SECONDS NUMBER" or "error SECONDS TEXT".
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";

const PAUSE_MS = 20;

const { values: options } = parseArgs({
  options: {
    vip: { type: "string" },
    port: { type: "string" },
    sentinels: { type: "string" },
    service: { type: "string" },
    lines: { type: "string" },
  },
});
const redis = new Redis(settings());
redis.on("error", (error) => note("error", `connection: ${error.code ?? error.message}`));

for (let number = 0; ; number += 1) {
  try {
    await redis.set(`stock:ioredis:${number}`, number);
    note("ok", number);
  } catch (error) {
    note("error", error.message);
  }
  await sleep(PAUSE_MS);
}

function settings() {
  if (options.sentinels === undefined) return { host: options.vip, port: Number(options.port) };
  const sentinels = options.sentinels.split(",").map((address) => {
    const [host, port] = address.split(":");
    return { host, port: Number(port) };
  });
  return { sentinels, name: options.service };
}

function note(what, text) {
  appendFileSync(options.lines, `${what} ${Date.now() / 1000} ${text}\n`);
}
