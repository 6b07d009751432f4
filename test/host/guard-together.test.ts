/** Several requests of one host at once: one transaction, and an answer for each. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { CLUSTER, type Guard, GuardHost, isRoot, Output } from "./guard-host.ts";

const VIPS = [101, 102, 103, 104].map((last) => `10.77.0.${last}`);
const [FIRST = "", SECOND = "", THIRD = "", FOURTH = ""] = VIPS;

const FIRST_PERMIT = 0xabc;

describe.skipIf(!isRoot())("requests for several VIPs together", () => {
  let host: GuardHost;
  let guard: Guard;
  beforeEach(async () => {
    host = new GuardHost("together");
    guard = await host.guard();
    for (const vip of VIPS) {
      await guard.ask(`install ${vip} ${CLUSTER} 7`);
      await guard.ask(`mark ${vip} ${CLUSTER} 0 7 ${CLUSTER} 1 1 0 1 60000`);
      expect(await guard.ask(claim(vip, 1, 2))).toBe("ok");
    }
  });
  afterEach(() => host[Symbol.dispose]());

  function claim(vip: string, permit: number, next: number): string {
    return `claim ${vip} ${CLUSTER} 1 1 ${permit} ${next} 60000 60000 e0`;
  }

  /** Sent in one write, as a monitor does. */
  function together(requests: readonly string[]): Promise<readonly string[]> {
    guard.process.stdin?.cork();
    guard.process.stdin?.write(`together batch ${requests.length}\n`);
    const answers = Promise.all(requests.map((request) => guard.ask(request)));
    guard.process.stdin?.uncork();
    return answers;
  }

  /** Lines of what the kernel has applied; the permits are seen to be counted. */
  async function transactions(): Promise<Output> {
    const monitor = new Output(host.spawn(host.host, ["nft", "monitor"]));
    let permit = FIRST_PERMIT;
    const listens = async () => {
      permit += 1;
      await guard.ask(permitFourth(permit));
      return monitor.lines.length;
    };
    await eventually(listens, (count) => count > 0);
    await applied(monitor, permit);
    return monitor;
  }

  async function applied(monitor: Output, permit: number): Promise<void> {
    await monitor.find((line) => line.includes(`0x${permit.toString(16).padStart(8, "0")}`));
    await monitor.find(isGeneration);
  }

  function permitFourth(permit: number): string {
    return `permit ${FOURTH} ${CLUSTER} 1 1 ${permit} 60000`;
  }

  function isGeneration(line: string): boolean {
    return line.startsWith("# new generation");
  }

  test("are renewed in one transaction, and each answers for itself", async () => {
    const monitor = await transactions();
    const before = monitor.lines.filter(isGeneration).length;
    const asked = [claim(FIRST, 2, 3), `show ${FOURTH}`, claim(SECOND, 2, 3), claim(THIRD, 2, 3)];
    const [first, look, ...others] = await together(asked);
    expect([first, ...others]).toEqual(["ok", "ok", "ok"]);
    expect(look).toContain("gate=present gated=1 token=deadbeef.1.1 permits=1.1.2,");
    for (const vip of [FIRST, SECOND, THIRD])
      expect(await guard.field("permits", vip)).toBe("1.1.3");
    // The next transaction is the second since, so those three renewals were the first.
    await guard.ask(permitFourth(FIRST_PERMIT));
    await applied(monitor, FIRST_PERMIT);
    expect(monitor.lines.filter(isGeneration).length - before).toBe(2);
  });

  test("are tried one by one when one of them is refused, and that hides no other's answer", async () => {
    const answers = await together([
      claim(FIRST, 2, 3),
      claim(SECOND, 9, 10),
      `release ${THIRD} ${CLUSTER} 9 9`,
      `permit ${FOURTH} ${CLUSTER} 1 1 50 60000`,
      `show ${SECOND}`,
      "bogus 1",
    ]);
    expect(answers.map((answer) => answer.split(" ").slice(0, 2).join(" "))).toEqual([
      "ok",
      "err stale",
      "err stale",
      "ok",
      "ok gate=present",
      "err syntax",
    ]);
    expect(await guard.field("permits", FIRST)).toBe("1.1.3");
    expect(await guard.field("permits", SECOND)).toBe("1.1.2");
  });

  test("take up again what a host lost: its address comes back, a lease that ran out begins anew", async () => {
    await guard.ask(`claim ${SECOND} ${CLUSTER} 1 1 2 3 60000 1 e0`);
    await eventually(
      () => guard.field("lease", SECOND),
      (lease) => lease === "0",
    );
    host.on(`ip addr del ${FIRST}/32 dev e0`);
    expect(await together([claim(FIRST, 2, 3), claim(SECOND, 3, 4)])).toEqual(["ok", "ok"]);
    for (const vip of [FIRST, SECOND]) {
      expect(await guard.field("lease", vip)).not.toBe("0");
      expect(await guard.field("addr", vip)).toMatch(/^e0\/32\/\d+$/);
    }
  });

  test("that are said to be more than a guard takes are read one by one", async () => {
    expect(await guard.raw("together x 17", "x")).toMatch(/^err syntax/);
    expect(await guard.raw("together y", "y")).toMatch(/^err syntax/);
    expect(await guard.ask(claim(FIRST, 2, 3))).toBe("ok");
  });
});
