import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { hasProgram } from "../helpers/programs.ts";
import { CLUSTER, Guard, GUARD_SCRIPT, GuardHost, isRoot, Output, VIP } from "./guard-host.ts";

describe.skipIf(!isRoot())("the address", () => {
  let host: GuardHost;
  let guard: Guard;
  beforeEach(async () => {
    host = new GuardHost("addr");
    guard = await host.guard();
    await guard.prepare(null);
  });
  afterEach(() => host[Symbol.dispose]());

  test("comes with a claim as /32 and outlives the lease by some seconds only", async () => {
    expect(await guard.claim(1, 2, 2_000)).toBe("ok");
    await eventually(
      () => guard.field("addr"),
      (forms) => /^e0\/32\/1[45]$/.test(forms),
    );
    expect(host.on("cat /proc/sys/net/ipv4/conf/e0/arp_announce").trim()).toBe("2");
  });

  test("is refreshed by a claim once a third of its time has passed, not before", async () => {
    await guard.claim(1, 2, 2_000);
    host.on(`ip addr change ${VIP}/32 dev e0 valid_lft 11 preferred_lft 11`);
    await guard.claim(2, 3, 2_000);
    expect(await guard.field("addr")).toMatch(/^e0\/32\/1[01]$/);
    host.on(`ip addr change ${VIP}/32 dev e0 valid_lft 8 preferred_lft 8`);
    await guard.claim(3, 4, 2_000);
    await eventually(
      () => guard.field("addr"),
      (forms) => /^e0\/32\/1[45]$/.test(forms),
    );
  });

  test("that somebody removed comes back with the next claim", async () => {
    await guard.claim(1, 2, 60_000);
    await eventually(
      () => guard.field("addr"),
      (forms) => forms !== "-",
    );
    host.on(`ip addr del ${VIP}/32 dev e0`);
    await guard.claim(2, 3, 60_000);
    await eventually(
      () => guard.field("addr"),
      (forms) => /^e0\/32\/\d+$/.test(forms),
    );
  });

  test("in a permanent form is converted by a claim, and nobody notices", async () => {
    host.on(`ip addr add ${VIP}/24 dev e0`);
    await host.serve();
    const knocking = host.knock();
    await knocking.find((line) => line.endsWith("ok"));
    expect(await guard.claim(1, 2, 60_000)).toBe("ok");
    await eventually(
      () => guard.field("addr"),
      (forms) => /^e0\/32\/\d+$/.test(forms),
    );
    const seen = knocking.lines.length;
    await eventually(
      () => knocking.lines.length,
      (count) => count > seen + 50,
    );
    expect(knocking.lines.filter((line) => !line.endsWith("ok"))).toEqual([]);
  });

  test("in its primary form goes without the host's own addresses", async () => {
    host.on(
      `ip addr flush dev e0 && ip addr add ${VIP}/24 dev e0 && ip addr add 10.77.0.1/24 dev e0`,
    );
    expect(host.on("cat /proc/sys/net/ipv4/conf/e0/promote_secondaries").trim()).toBe("0");
    expect(await guard.release()).toBe("ok");
    expect(host.on("ip -o -4 addr show dev e0")).toMatch(/^\d+: e0 +inet 10\.77\.0\.1\/24 /);
    expect(host.on("cat /proc/sys/net/ipv4/conf/e0/promote_secondaries").trim()).toBe("0");
  });

  test("on another device makes a claim refuse", async () => {
    host.on(`ip addr add ${VIP}/32 dev lo`);
    expect(await guard.claim(1, 2, 60_000)).toMatch(/^err addr 10.77.0.70 is on lo\/32, not on e0/);
    expect(await guard.field("lease")).toBe("0");
    expect(await guard.field("permits")).toBe("1.1.1");
  });

  test("goes with the release in every form from every device", async () => {
    host.on(
      `ip addr add ${VIP}/24 dev e0; ip addr add ${VIP}/32 dev lo; ip addr add ${VIP}/28 dev e0`,
    );
    host.on(`ip addr add ${VIP} peer 10.9.9.9/32 dev lo`);
    expect(await guard.release()).toBe("ok");
    expect(host.addresses()).toBe("");
    expect(host.on("ip -o -4 addr show dev lo")).toContain("127.0.0.1");
  });

  test("of a similar VIP is not touched", async () => {
    host.on("ip addr add 10.77.0.7/32 dev e0 && ip addr add 110.77.0.70/32 dev e0");
    await guard.claim(1, 2, 60_000);
    await guard.release();
    expect(host.on("ip -o -4 addr show dev e0 | grep -c /32").trim()).toBe("2");
  });

  test("is not put on an interface that does not exist", async () => {
    const answer = await guard.ask(`claim ${VIP} ${CLUSTER} 1 1 1 2 60000 60000 e9`);
    expect(answer).toBe("err addr no interface e9");
  });

  describe("of a group without leases", () => {
    const other = "10.77.0.71";
    const claim = `claim ${other} ${CLUSTER} 1 1 0 2 400 2000 e0`;
    const release = `release ${other} ${CLUSTER} 1 1`;

    test.each([
      ["beside the tables", ":"],
      ["without tables", "nft flush ruleset"],
    ])("is permanent, %s", async (_, command) => {
      host.on(command);
      expect(await guard.ask(claim)).toMatch(/^ok .*gated=0 token=- .* addr=e0\/32\/- /);
      expect(await guard.ask(claim)).toMatch(/ addr=e0\/32\/- /);
      host.on(`ip addr add ${other}/24 dev lo`);
      expect(await guard.ask(release)).toMatch(/^ok .* addr=- /);
      expect(await guard.ask(release)).toMatch(/^ok .* addr=- /);
    });

    test("is not added where the VIP has a register", async () => {
      expect(await guard.ask(claim.replace(other, VIP))).toMatch(
        /^err failed 10.77.0.70 has a register here/,
      );
      expect(host.addresses()).toBe("");
    });
  });

  const announcing =
    "is announced in both forms after a claim, again later, and no more after a release";
  test.skipIf(!hasProgram("tcpdump"))(announcing, async () => {
    const capture = new Output(
      host.spawn(host.client, ["tcpdump", "-l", "-n", "-i", "e0", "--immediate-mode", "arp"]),
    );
    const announcements = (): readonly string[] =>
      capture.lines.filter((line) => /(who-has|Reply) 10\.77\.0\.70 /.test(line));
    await eventually(
      () => host.onClient("cat /proc/net/packet | wc -l").trim(),
      (count) => count !== "1",
    );
    expect(await guard.claim(1, 2, 60_000)).toBe("ok");
    await eventually(announcements, (lines) => lines.length >= 4);
    expect(announcements().some((line) => line.includes("who-has"))).toBe(true);
    expect(announcements().some((line) => line.includes("is-at"))).toBe(true);
    expect(await guard.release()).toBe("ok");
    const until = announcements().length;
    // The announcer ends when it sees that there is no lease any more.
    await eventually(
      () => host.processes("arping"),
      (count) => count === 0,
      { withinMs: 8_000 },
    );
    await eventually(
      () => host.processes("sleep"),
      (count) => count === 0,
      { withinMs: 8_000 },
    );
    expect(announcements().length).toBe(until);
  });

  test("is announced by the arping of Thomas Habets in its own words", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    try {
      const log = join(folder, "log");
      const answer = 'echo "ARPing 2.23, by Thomas Habets <thomas@habets.se>" >&2; exit 1';
      const arping = `#!/bin/sh\n[ "$1" != -V ] || { ${answer}; }\necho "$*" >>${log}\n`;
      writeFileSync(join(folder, "arping"), arping, { mode: 0o755 });
      const script = GUARD_SCRIPT.replace(/^PATH=/m, `PATH=${folder}:`);
      const other = await Guard.start(host.spawn(host.host, ["sh", "-s"]), script);
      expect(await other.claim(1, 2, 60_000)).toBe("ok");
      const said = (): readonly string[] => readFileSync(log, "utf8").trim().split("\n").toSorted();
      const asking = `-q -c 1 -U -i e0 -S ${VIP} ${VIP}`;
      await eventually(said, (lines) => lines.length >= 4);
      expect(new Set(said())).toEqual(new Set([asking, asking.replace("-U", "-P -U")]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
