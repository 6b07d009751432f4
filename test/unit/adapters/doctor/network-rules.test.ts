import { expect, it } from "vitest";
import { networkFindings } from "../../../../src/adapters/doctor/network-rules.ts";
import type { TargetReport } from "../../../../src/adapters/ping/self-check.ts";

function of(state: TargetReport["state"], trouble: string | null = null) {
  const [finding] = networkFindings("mon1", [{ target: "10.0.0.254", state, trouble }]);
  return finding;
}

it("nothing is said of a monitor that pings nobody", () => {
  expect(networkFindings("mon1", [])).toEqual([]);
});

it("an address that answers, or is just being asked, is as it should be", () => {
  expect(of("answers")).toMatchObject({ level: "ok", id: "own-network", subject: "mon1" });
  expect(of("unsettled")?.level).toBe("ok");
});

it("one that never answered may be a wrong one", () => {
  expect(of("never")).toMatchObject({
    level: "warning",
    what: "10.0.0.254 (ping_ips) has never answered since the monitor was started",
  });
  expect(of("silent")?.level).toBe("warning");
});

it.each([
  ["ping cannot be started: spawn ping ENOENT", "apt-get install iputils-ping"],
  ["ping cannot be started: spawn ping EPERM", "CapabilityBoundingSet=CAP_NET_RAW"],
  ["ping: socket: Operation not permitted", "net.ipv4.ping_group_range"],
  ["ping: => missing cap_net_raw+p capability or setuid?", "net.ipv4.ping_group_range"],
  ["ping: invalid option -- 'O'", "that of iputils"],
  [null, "that of iputils"],
])("%s: the fix is told", (trouble, fix) => {
  expect(of("unknown", trouble)).toMatchObject({
    level: "warning",
    fix: expect.stringContaining(fix) as string,
  });
});
