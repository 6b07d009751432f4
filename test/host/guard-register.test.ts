import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { CLUSTER, Guard, GUARD_SCRIPT, GuardHost, isRoot, VIP } from "./guard-host.ts";

describe.skipIf(!isRoot())("the register", () => {
  let host: GuardHost;
  let guard: Guard;
  let second: Guard;
  beforeAll(async () => {
    host = new GuardHost("reg");
    guard = await host.guard();
    second = await host.guard();
  });
  beforeEach(() => {
    host.on(`nft flush ruleset; ip addr del ${VIP}/32 dev e0 2>/dev/null || true`);
  });
  afterAll(() => host[Symbol.dispose]());

  test("is absent before it is installed, and nothing can be done with it", async () => {
    expect(await guard.ask(`show ${VIP}`)).toMatch(
      /^ok gate=absent gated=0 token=- permits=- lease=0 addr=- boot=[-0-9a-f]{36}$/,
    );
    expect(await guard.ask(`mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 0 0 0`)).toMatch(
      /^err nogate /,
    );
    expect(await guard.ask(`permit ${VIP} ${CLUSTER} 1 1 5 1000`)).toMatch(/^err nogate /);
    expect(await guard.claim(1, 2, 1000)).toMatch(/^err nogate /);
  });

  test("keeps its first instance id, and each VIP has its own", async () => {
    expect(await guard.ask(`install ${VIP} ${CLUSTER} 7`)).toContain(
      `gate=present gated=0 token=${CLUSTER}.0.7 `,
    );
    expect(await second.ask(`install ${VIP} ${CLUSTER} 8`)).toContain(`token=${CLUSTER}.0.7 `);
    expect(await second.ask(`install 10.77.0.71 ${CLUSTER} 9`)).toContain(`token=${CLUSTER}.0.9 `);
    expect(await guard.field("token")).toBe(`${CLUSTER}.0.7`);
  });

  test("of many installs at the same time one wins", async () => {
    for (let round = 1; round <= 15; round += 1) {
      host.on("nft flush ruleset");
      await Promise.all([
        guard.ask(`install ${VIP} ${CLUSTER} ${round * 2}`),
        second.ask(`install ${VIP} ${CLUSTER} ${round * 2 + 1}`),
      ]);
      const tokens = [await guard.field("token"), await second.field("token")];
      expect(tokens[0]).toMatch(new RegExp(`^${CLUSTER}.0.(${round * 2}|${round * 2 + 1})$`));
      expect(tokens[1]).toBe(tokens[0]);
    }
  });

  test("is marked only from exactly what was seen", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    const mark = (seen: string, epoch: string) =>
      guard.ask(`mark ${VIP} ${seen} ${CLUSTER} ${epoch} 0 0 0`);
    expect(await mark(`${CLUSTER} 0 8`, "1 1")).toMatch(
      /^err stale the register holds deadbeef.0.7/,
    );
    expect(await mark("deadbee0 0 7", "1 1")).toMatch(/^err stale /);
    expect(await mark(`${CLUSTER} 0 7`, "1 1")).toBe("ok");
    expect(await mark(`${CLUSTER} 0 7`, "1 2")).toMatch(/^err stale /);
    expect(await mark(`${CLUSTER} 1 1`, "1 2")).toBe("ok");
    expect(await mark(`${CLUSTER} 1 2`, "1 2")).toBe("ok");
    expect(await guard.field("token")).toBe(`${CLUSTER}.1.2`);
  });

  test("can be taken over from another cluster, if that was seen", async () => {
    await guard.ask(`install ${VIP} 00000001 7`);
    expect(await guard.ask(`mark ${VIP} 00000001 0 7 ${CLUSTER} 4 2 0 0 0`)).toBe("ok");
    expect(await guard.field("token")).toBe(`${CLUSTER}.4.2`);
  });

  test("of two swaps at the same time one wins", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    let seen = "0 7";
    for (let round = 1; round <= 25; round += 1) {
      const from = `mark ${VIP} ${CLUSTER} ${seen} ${CLUSTER}`;
      const [one, two] = await Promise.all([
        guard.ask(`${from} 1 ${round} 0 0 0`),
        second.ask(`${from} 2 ${round} 0 0 0`),
      ]);
      expect([one, two].filter((answer) => answer === "ok")).toHaveLength(1);
      seen = one === "ok" ? `1 ${round}` : `2 ${round}`;
      expect(await guard.field("token")).toBe(`${CLUSTER}.${seen.replace(" ", ".")}`);
    }
  });

  test("has permits of several monitors, and a claim consumes its own", async () => {
    await guard.prepare(null);
    expect(await guard.ask(`permit ${VIP} ${CLUSTER} 1 1 11 60000`)).toBe("ok");
    expect(await second.ask(`permit ${VIP} ${CLUSTER} 1 1 12 60000`)).toBe("ok");
    expect(await guard.ask(`permit ${VIP} ${CLUSTER} 1 2 13 60000`)).toMatch(/^err stale /);
    expect(await guard.claim(11, 14, 1000)).toBe("ok");
    expect(await guard.claim(11, 15, 1000)).toMatch(/^err stale permit 11 /);
    expect((await guard.field("permits")).split(",").sort()).toEqual(["1.1.1", "1.1.12", "1.1.14"]);
    expect(await second.claim(12, 16, 1000)).toBe("ok");
  });

  test("forgets a permit when its time is over, so a late claim does nothing", async () => {
    await guard.prepare(null);
    await guard.ask(`permit ${VIP} ${CLUSTER} 1 1 20 50`);
    await eventually(
      () => guard.field("permits"),
      (permits) => permits === "1.1.1",
    );
    expect(await guard.claim(20, 21, 1000)).toMatch(/^err stale permit 20 /);
    expect(await guard.field("lease")).toBe("0");
    expect(host.addresses()).toBe("");
  });

  test("with a new epoch voids the permits of the old one", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    await guard.ask(`mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 0 30 60000`);
    expect(await guard.claim(2, 31, 1000)).toMatch(/^err stale /);
    expect(await guard.claim(2, 31, 1000, "1 2")).toMatch(/^err stale permit 2 /);
    expect(await guard.claim(30, 31, 1000, "1 2")).toBe("ok");
  });

  test("does not let another epoch release", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    expect(await guard.ask(`release ${VIP} ${CLUSTER} 1 2`)).toMatch(/^err stale /);
    expect(Number(await guard.field("lease"))).toBeGreaterThan(50_000);
    expect(await guard.ask(`release ${VIP} ${CLUSTER} 1 1`)).toBe("ok");
    expect(await guard.ask(`release ${VIP} ${CLUSTER} 1 1`)).toBe("ok");
    expect(await guard.ask(`show ${VIP}`)).toMatch(/gated=1 token=deadbeef.1.1 .*lease=0 addr=- /);
  });

  test("may be marked by the release itself, from exactly what was seen", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const release = `release ${VIP} ${CLUSTER} 1 2 ${CLUSTER} 1`;
    expect(await guard.ask(`${release} 0`)).toMatch(/^err stale /);
    expect(Number(await guard.field("lease"))).toBeGreaterThan(50_000);
    expect(await guard.ask(`${release} 1`)).toBe("ok");
    expect(await guard.ask(`show ${VIP}`)).toMatch(/gated=1 token=deadbeef.1.2 .*lease=0 addr=- /);
    expect(await guard.ask(`${release} 1`)).toMatch(/^err stale /);
    expect(await guard.ask(`release ${VIP} ${CLUSTER} 1 2`)).toBe("ok");
  });

  test("is gone after a flush, and says so", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    host.on("nft flush ruleset");
    expect(await guard.field("gate")).toBe("absent");
    expect(await guard.claim(2, 3, 1000)).toMatch(/^err nogate /);
  });

  test.each([
    ["flushed", "nft flush chain inet redis_mmm in"],
    ["longer", "nft insert rule inet redis_mmm out accept"],
    ["without the ARP table", "nft delete table arp redis_mmm"],
    ["with other ARP rules", "nft flush chain arp redis_mmm out"],
  ])(
    "sees chains that are %s, and an install repairs them and keeps every element",
    async (_, command) => {
      await guard.prepare({ leaseMs: 60_000 });
      host.on(command);
      expect(await guard.field("gate")).toBe("altered");
      expect(await guard.ask(`install ${VIP} ${CLUSTER} 99`)).toMatch(
        /gate=present gated=1 token=deadbeef.1.1 permits=1.1.2 lease=[1-9]/,
      );
      expect(await guard.claim(2, 3, 60_000)).toBe("ok");
      expect(await guard.field("gate")).toBe("present");
    },
  );

  test("is whole to an nft that came later and prints its rules in another way", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    try {
      const newer = join(folder, "newer");
      const other = `[ -e ${newer} ] && [ "$1" = list ] || exec /usr/sbin/nft "$@"
        listing=$(/usr/sbin/nft "$@") || exit; printf '%s\\n' "$listing" | sed 's/iif "lo"/iif lo/'`;
      writeFileSync(join(folder, "nft"), `#!/bin/sh\n${other}\n`, { mode: 0o755 });
      const script = GUARD_SCRIPT.replace(/^PATH=/m, `PATH=${folder}:`);
      const kept = await Guard.start(host.spawn(host.host, ["sh", "-s"]), script);
      await kept.prepare({ leaseMs: 60_000 });
      expect(await kept.field("gate")).toBe("present");
      writeFileSync(newer, "");
      expect(await kept.ask(`show ${VIP}`)).toMatch(
        /gate=present gated=1 token=deadbeef.1.1 permits=1.1.2 lease=[1-9]/,
      );
      host.on("nft flush chain inet redis_mmm in");
      expect(await kept.field("gate")).toBe("altered");
      expect(await kept.ask(`install ${VIP} ${CLUSTER} 99`)).toMatch(/^ok gate=present /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("has leases and permits of many VIPs, each read for itself", async () => {
    for (let last = 100; last < 112; last += 1) {
      await guard.ask(`install 10.77.0.${last} ${CLUSTER} ${last}`);
      await guard.ask(
        `mark 10.77.0.${last} ${CLUSTER} 0 ${last} ${CLUSTER} 5 ${last} 1 ${last} 60000`,
      );
    }
    for (let last = 100; last < 112; last += 1) {
      expect(await guard.ask(`show 10.77.0.${last}`)).toContain(
        `gated=1 token=${CLUSTER}.5.${last} permits=5.${last}.${last} lease=0`,
      );
    }
    expect(await guard.ask("show 10.77.0.10")).toContain("gated=0 token=- permits=- ");
  });

  test("reads every unit of time that nft prints", async () => {
    await guard.prepare(null);
    for (const [text, most] of [
      ["90061001ms", 90_061_004],
      ["3600s", 3_600_000],
      ["999ms", 1_000],
    ] as const) {
      host.on(
        `nft flush set inet redis_mmm lease4; nft add element inet redis_mmm lease4 "{ ${VIP} timeout ${text} }"`,
      );
      const lease = Number(await guard.field("lease"));
      expect(lease).toBeLessThanOrEqual(most);
      expect(lease).toBeGreaterThan(most - 900);
    }
  });
});

describe.skipIf(!isRoot())("a guard that is killed in the midst", () => {
  test("never leaves half of a transaction", async () => {
    using host = new GuardHost("kill");
    const witness = await host.guard();
    await witness.prepare({ leaseMs: 60_000 });
    let held = 2;
    for (let round = 0; round < 12; round += 1) {
      const victim = await host.guard();
      const next = held + 1;
      void victim.claim(held, next, 60_000);
      await new Promise((resolve) => setTimeout(resolve, round * 2));
      host.killTree(victim.process);
      const view = await witness.ask(`show ${VIP}`);
      const permit = / permits=1\.1\.(\d+) lease=[1-9]/.exec(view)?.[1];
      expect([String(held), String(next)]).toContain(permit);
      held = Number(permit);
    }
    expect(await witness.claim(held, held + 100, 1000)).toBe("ok");
  });
});
