/**
 * Texts that somebody else wrote, or that a disk kept: each reader understands them or says what is
 * wrong, in its own words, and what it understood can be told to the other monitors.
 */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/adapters/config/parse.ts";
import { ConfigErrors } from "../../../src/adapters/config/problems.ts";
import { listActions } from "../../../src/adapters/redis/client-list.ts";
import { InfoError, parseInfo } from "../../../src/adapters/redis/info.ts";
import { parseAnswer } from "../../../src/adapters/ssh/guard-protocol.ts";
import { parseView } from "../../../src/adapters/ssh/register-view.ts";
import { PeerService } from "../../../src/adapters/grpc.ts";
import { encodeEnvelope, decodeEnvelope } from "../../../src/adapters/peer/codec.ts";
import { decodeFile, encodeRecord } from "../../../src/adapters/store/state-records.ts";
import type { Envelope__Output } from "../../../src/adapters/gen/mmm/v1/Envelope.ts";
import type { NodeInfo } from "../../../src/core/health/types.ts";
import { changed, deformed, FUZZ_LIMIT_MS, textOf, tryAll } from "../../helpers/fuzz.ts";
import { fullDurable, fullMonitor } from "./state.ts";
import { healthMessage } from "../../helpers/health-message.ts";

const SAMPLE = readFileSync(new URL("../../../config/redis-mmm.conf", import.meta.url), "utf8");
const SECRET = "s3cr3t-Zq9";
const CONFIG = `master_ip = 10.0.0.70
cluster_interface = eth1
redis_password = ${SECRET}
[db1]
address = 10.0.0.1
redis_password = "${SECRET}"
[db2]
address = 10.0.0.2
[monitor:mon1]
address = 10.0.0.11
`;

function readConfig(text: string, secret?: string): void {
  const environment = { home: "/root", exists: () => false, included: () => [] };
  try {
    JSON.stringify(parseConfig(text, "/etc/redis-mmm.conf", environment));
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigErrors);
    expect((error as ConfigErrors).problems.length).toBeGreaterThan(0);
    if (secret !== undefined) expect((error as ConfigErrors).message).not.toContain(secret);
  }
}

describe("a configuration", { timeout: FUZZ_LIMIT_MS }, () => {
  it("of any words is read or refused with a problem", () => {
    const words = [
      ...SAMPLE.split("\n").map((line) => `${line.replace(/^; /, "")}\n`),
      ..."[db1]\n|[monitor:mon1]\n|[__proto__]\n|[\n|]|=|\"|'|\\|#|;| |\n|\u2028|\uFEFF|10.0.0.1".split(
        "|",
      ),
    ];
    tryAll(textOf(...words), readConfig, { runs: 15 });
  });

  it("that was changed is read or refused", () => {
    tryAll(changed([CONFIG]), readConfig, { runs: 100 });
  });

  it("whose password is written in any wrong way tells it to nobody", () => {
    const word = fc.constantFrom("redis_password", "redis_passwort", "password");
    const odd = fc.oneof(
      fc.constantFrom("", " ", "=", " = ", '"', "'", "\\", "#", ";", " = '", ' = "', ":"),
      fc.string({ unit: "binary-ascii", maxLength: 4 }).filter((text) => !/[\n\r=[\]]/.test(text)),
    );
    const line = fc.tuple(
      odd.filter((text) => !/\s/.test(text)),
      word,
      odd,
      odd,
      odd,
      odd,
    );
    tryAll(
      line,
      ([before, key, between, more, after, rest]) => {
        const text = `${before}${key}${between}${more} ${SECRET}${after}${rest}`;
        readConfig(
          CONFIG.replace(/^redis_password.*$/m, () => text),
          SECRET,
        );
      },
      { runs: 100, known: [["", "redis_password", "", "", "", ""]] },
    );
  });

  it.each([
    ["a line of many characters", `master_ip = ${"1.".repeat(200_000)}`],
    ["thousands of sections", "[a]\n".repeat(30_000)],
    ["a value of a million quotes", `[db1]\naddress = ${'"'.repeat(1_000_000)}`],
    ["a value of a million backslashes", `redis_password = ${"\\".repeat(1_000_000)}`],
    ["a fence command of a million #", `fence_command = ${"#".repeat(1_000_000)}`],
  ])("with %s is refused in time", (_what, text) => {
    readConfig(text);
  });
});

const INFO = `# Server
redis_version:7.0.15
run_id:${"c".repeat(40)}
uptime_in_seconds:120
# Replication
role:master
slave0:ip=192.168.10.2,port=6379,state=online,offset=1400,lag=0
master_failover_state:no-failover
master_replid:${"a".repeat(40)}
master_replid2:${"0".repeat(40)}
master_repl_offset:1414
second_repl_offset:-1
# Persistence
loading:0
aof_enabled:1
# Clients
connected_clients:14
# Keyspace
db0:keys=1
`.replaceAll("\n", "\r\n");
const REPLICA_INFO = INFO.replace(
  /role:master[\s\S]*?(?=master_failover)/,
  "role:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:up\r\nmaster_sync_in_progress:0\r\nslave_repl_offset:1\r\n",
);

function readInfo(text: string): void {
  let info: NodeInfo;
  try {
    info = parseInfo(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InfoError);
    return;
  }
  expect(overTheWire(info)).toEqual(info);
}

/** As a peer has it in the vote that it reads. */
function overTheWire(info: NodeInfo): NodeInfo | null {
  const guard = { heardMs: null, problem: null, gate: "unknown" as const };
  const nothing = {
    reason: null,
    lastGoodMs: null,
    latencyMs: null,
    grewMs: null,
    linkSeenUpFor: null,
  };
  const vote = {
    group: "g",
    node: "n",
    vote: "up" as const,
    sinceMs: 0,
    infoAgeMs: 1,
    info,
    guard,
    ...nothing,
  };
  const message = healthMessage({ votes: [vote] });
  const envelope = {
    from: "mon1",
    clusterId: null,
    protocol: 1,
    version: "2",
    fileDiffers: "",
    message,
  };
  const { requestSerialize, requestDeserialize } = PeerService.service.Exchange;
  const bytes = requestSerialize(encodeEnvelope({ to: "mon2", envelope }));
  expect(bytes.length).toBeLessThan(100_000);
  const read = decodeEnvelope(requestDeserialize(bytes) as Envelope__Output);
  if (read.kind !== "understood") throw new Error(JSON.stringify(read));
  const body = read.addressed.envelope.message;
  return body.kind === "health" ? (body.votes[0]?.info ?? null) : null;
}

describe("an INFO", { timeout: FUZZ_LIMIT_MS }, () => {
  it("of any fields is garbled, or a vote about it is read by every peer", () => {
    tryAll(changed([INFO, REPLICA_INFO]), readInfo, {
      runs: 100,
      known: [
        INFO.replace(/run_id:.*/, `run_id:${"c".repeat(5_000)}`),
        INFO.replace(/redis_version:.*/, `redis_version:${"7".repeat(5_000)}`),
        INFO.replace("port=6379", "port=-1"),
        INFO.replace("port=6379", "port=65536"),
        INFO.replace("ip=192.168.10.2", `ip=${"9".repeat(2_000)}`),
        INFO.replace(
          /slave0.*/,
          Array.from(
            { length: 20_000 },
            (_, n) => `slave${n}:ip=10.0.0.1,port=1,state=online,offset=1`,
          ).join("\r\n"),
        ),
        INFO.replace("db0:keys=1", "x:y\r\n".repeat(200_000)),
      ],
    });
  });

  it("of ROLE's own kind, a CLIENT LIST, is read whatever is in it", () => {
    const line = "id=7 addr=10.0.0.1:1 name=mmm-act:12.3 age=1\n";
    tryAll(changed([line, line.repeat(3)]), (text) => listActions(text), { runs: 100 });
  });
});

describe("what a host says", { timeout: FUZZ_LIMIT_MS }, () => {
  it("is an answer of the guard, or nothing", () => {
    const view =
      "ok ab-1 gate=present gated=1 token=deadbeef.1.2 permits=1.2.3 lease=500 addr=eth0/32/14 boot=x";
    tryAll(
      changed([view, "err ab-1 stale the register holds -"]),
      (line) => {
        const answer = parseAnswer(line);
        if (answer?.kind === "ok") parseView(answer.rest);
      },
      { runs: 100 },
    );
  });
});

describe("a state file", { timeout: FUZZ_LIMIT_MS }, () => {
  const SIZE = 16 * 1024;
  const states = [6, 7, 8].map((term) => ({ ...fullDurable(), term }));
  const records = states.map((state) => encodeRecord(state, SIZE));
  const file = Buffer.concat(records, SIZE);
  const lengths = records.map((record) => record.length);

  it("that was damaged anywhere is refused, or gives a state that was written", () => {
    const damage = fc.record({
      at: fc.nat(SIZE - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }),
    });
    tryAll(
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      (damages) => {
        const bytes = Buffer.from(file);
        for (const { at, bytes: by } of damages) bytes.set(by.subarray(0, SIZE - at), at);
        const found = decodeFile(bytes);
        if (found.kind === "state") expect(states).toContainEqual(found.durable);
      },
      { runs: 60 },
    );
  });

  it("whose last write was cut off gives the state before it, wherever that was", () => {
    const [first = 0, second = 0, third = 0] = lengths;
    tryAll(
      fc.nat(third / 512 - 1),
      (sectors) => {
        const bytes = Buffer.from(file);
        bytes.fill(0, first + second + sectors * 512);
        expect(decodeFile(bytes)).toEqual({ kind: "state", durable: states[1] });
      },
      { runs: 15 },
    );
  });

  it("that is whole, and holds something else than a state, is refused; what it gives, a monitor lives with", () => {
    tryAll(
      deformed(fullDurable()),
      (odd) => {
        const found = decodeFile(Buffer.concat([encodeRecord(odd as never, SIZE * 16)], SIZE * 16));
        if (found.kind === "state") fullMonitor(found.durable);
        else expect(found.why).toMatch(/^it is not the state of a monitor: /);
      },
      { runs: 60 },
    );
  });
});
