// Two clients that only wait: one in BLPOP, one in SUBSCRIBE, both through the VIP. When the VIP
// moves they must be told (an error or an end of their connection), never left hanging. They
// connect once; on SIGTERM the report says when and how each was told.
//
// A host whose cable was pulled can tell nobody anything. `--keepalive` is then what tells: the
// probe of the waiting client reaches the new host, which knows no such connection.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { RespConnection } from "./resp.mjs";

const { values: options } = parseArgs({
  options: {
    vip: { type: "string" },
    port: { type: "string" },
    report: { type: "string" },
    keepalive: { type: "boolean", default: false },
  },
});
const target = {
  host: options.vip,
  port: Number(options.port),
  timeoutMs: 2_000,
  keepAlive: options.keepalive,
};
const nowS = () => Number(process.hrtime.bigint() / 1000n) / 1_000_000;
const told = { blpop: null, subscribe: null };

// With both connections gone nothing else would keep this program alive until it is asked.
setInterval(() => undefined, 60_000);

process.on("SIGTERM", () => {
  writeFileSync(options.report, `${JSON.stringify({ ready, told })}\n`);
  process.exit(0);
});

let ready = false;
await Promise.all([
  waitIn("blpop", ["BLPOP", "lab:nothing", "0"]),
  waitIn("subscribe", ["SUBSCRIBE", "lab:nothing"]),
]);
ready = true;
writeFileSync(`${options.report}.ready`, "");

async function waitIn(kind, command) {
  const connection = await RespConnection.open(target);
  connection.onEnd = (reason) => tell(kind, reason);
  connection.call(command).catch((error) => tell(kind, error));
  await sleep(50);
}

function tell(kind, reason) {
  told[kind] ??= { at_s: nowS(), how: reason.code ?? reason.message };
}
