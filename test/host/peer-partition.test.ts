/**
 * Two monitors in network namespaces, cut off from each other without a word: after the cut they
 * must talk again within a second, however long it took, and leave no sockets behind.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { isLong } from "../helpers/lab.ts";

const A = "pt-a";
const B = "pt-b";
const AGAIN_WITHIN_MS = 1_000;
/** The processes look at what they heard every 100 ms. */
const RESOLUTION_MS = 110;
const SCRIPT = fileURLToPath(new URL("./peer-process.ts", import.meta.url));

function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8" });
}

function inside(namespace: string, ...command: string[]): string {
  return ip("netns", "exec", namespace, ...command);
}

class Talker {
  /** When it heard something last, on the machine's monotonic clock. */
  heardAt = 0;
  readonly #process: ChildProcess;

  constructor(namespace: string, args: readonly string[]) {
    const command = [
      "netns",
      "exec",
      namespace,
      process.execPath,
      "--import",
      "tsx",
      SCRIPT,
      ...args,
    ];
    this.#process = spawn("ip", command, { stdio: ["ignore", "pipe", "inherit"] });
    this.#process.stdout?.on("data", (data: Buffer) => {
      this.heardAt = Number(data.toString().trim().split("\n").at(-1));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

function cut(): void {
  inside(B, "nft", "add table inet cut");
  inside(B, "nft", "add chain inet cut in { type filter hook input priority 0 ; policy drop ; }");
  inside(B, "nft", "add chain inet cut out { type filter hook output priority 0 ; policy drop ; }");
}

function heal(): void {
  inside(B, "nft", "delete table inet cut");
}

/** Sockets of the peer port on which something is still under way. */
function sockets(namespace: string): readonly string[] {
  const all = inside(namespace, "ss", "-Htan", "( sport = :7400 or dport = :7400 )")
    .trim()
    .split("\n");
  return all.filter((line) => !/^(LISTEN|TIME-WAIT)/.test(line) && line !== "");
}

let talkers: Talker[] = [];

beforeAll(() => {
  for (const namespace of [A, B]) {
    try {
      ip("netns", "delete", namespace);
    } catch {
      // It was not left behind.
    }
    ip("netns", "add", namespace);
    inside(namespace, "ip", "link", "set", "lo", "up");
  }
  ip("link", "add", "eth0", "netns", A, "type", "veth", "peer", "name", "eth0", "netns", B);
  inside(A, "ip", "addr", "add", "10.79.0.1/24", "dev", "eth0");
  inside(B, "ip", "addr", "add", "10.79.0.2/24", "dev", "eth0");
  for (const namespace of [A, B]) inside(namespace, "ip", "link", "set", "eth0", "up");
  talkers = [
    new Talker(A, ["mon1", "10.79.0.1:7400", "mon2=10.79.0.2:7400"]),
    new Talker(B, ["mon2", "10.79.0.2:7400", "mon1=10.79.0.1:7400"]),
  ];
});

afterAll(() => {
  for (const talker of talkers) talker.signal("SIGKILL");
  for (const namespace of [A, B]) ip("netns", "delete", namespace);
});

async function bothHeardAfter(instant: number): Promise<number> {
  const heard = await eventually(
    () => talkers.map(({ heardAt }) => heardAt - instant),
    (all) => all.every((ms) => ms > RESOLUTION_MS),
    { withinMs: 40_000, what: "both hear each other again" },
  );
  return Math.max(...heard);
}

async function expectTalkAgain(healedAt: number, what: string): Promise<void> {
  const firsts = await Promise.all(
    talkers.map(async (talker) => {
      const first = await eventually(
        () => talker.heardAt,
        (at) => at > healedAt,
        { withinMs: 40_000, everyMs: 5 },
      );
      return first - healedAt;
    }),
  );
  process.stdout.write(`${what}: heard again after ${firsts.join(" and ")} ms\n`);
  for (const ms of firsts) expect(ms).toBeLessThanOrEqual(AGAIN_WITHIN_MS + RESOLUTION_MS);
}

describe("two monitors that are cut off without a word", () => {
  it.each(isLong ? [300, 1_000, 2_500, 5_000, 14_000] : [300, 2_500, 5_000])(
    "talk again within a second after %i ms",
    async (lastsMs) => {
      await bothHeardAfter(nowMs());
      cut();
      await pause(lastsMs); // The length of the cut is what is tested.
      const during = [...sockets(A), ...sockets(B)];
      heal();
      await expectTalkAgain(nowMs(), `cut for ${lastsMs} ms`);
      // One connection in use each way, at most one being made, and one being given up.
      expect(during.length).toBeLessThanOrEqual(12);
      await eventually(
        () => sockets(A),
        (all) => all.length === 2,
        { withinMs: 15_000, what: "one connection each way" },
      );
    },
  );

  it("talk again within a second when one of them was stopped", async () => {
    await bothHeardAfter(nowMs());
    const stopped = pidOf(B);
    process.kill(stopped, "SIGSTOP");
    await pause(6_000); // As long as a host may take to migrate.
    process.kill(stopped, "SIGCONT");
    await expectTalkAgain(nowMs(), "stopped for 6 s");
    await eventually(
      () => sockets(A),
      (all) => all.length === 2,
      { withinMs: 15_000, what: "one connection each way" },
    );
  });
});

function pidOf(namespace: string): number {
  const pids = ip("netns", "pids", namespace).trim().split("\n").map(Number);
  return pids.find((pid) => pid > 0) ?? 0;
}
