import { describe, expect, it } from "vitest";
import { exposition, gauge, sample } from "../../../../src/adapters/http/exposition.ts";
import { allMetrics } from "../../../../src/adapters/http/metrics/all.ts";
import { aFullSnapshot, aSnapshot } from "../../../helpers/snapshots.ts";
import { aMonitor, aStatus } from "../../cli/fixtures.ts";

describe("the text format of metrics", () => {
  it("escapes what would end a label, a line or the help", () => {
    const odd = gauge("m", "a\\b\nc", [sample(1, { label: 'say "hi"\\\nbye' })]);
    expect(exposition([odd])).toBe(
      '# HELP m a\\\\b\\nc\n# TYPE m gauge\nm{label="say \\"hi\\"\\\\\\nbye"} 1\n',
    );
  });

  it("leaves out what does not exist here", () => {
    expect(exposition([gauge("m", "none", [])])).toBe("");
  });

  it("writes infinities and numbers that are none as Prometheus reads them", () => {
    const text = exposition([gauge("m", "h", [sample(Infinity), sample(Number.NaN)])]);
    expect(text).toContain("m +Inf\nm NaN\n");
  });
});

describe("/metrics", () => {
  const families = allMetrics(aFullSnapshot());
  const text = exposition(families);

  it("names each metric once, by the conventions", () => {
    const names = families.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, help } of families) {
      expect(name).toMatch(/^(mmm|process)_[a-z][a-z_]*[a-z]$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      expect(help).toMatch(/\.$/);
    }
  });

  it("has a value of every metric, and no series twice", () => {
    expect(families.filter(({ samples }) => samples.length === 0)).toEqual([]);
    const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const names = series.map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(new Set(names).size).toBe(names.length);
  });

  it("says of a network only what is known now", () => {
    const monitors = [
      aMonitor("mon1", { network: "up" }),
      aMonitor("mon2", { network: "down" }),
      aMonitor("mon3", { network: "unknown" }),
      aMonitor("mon4", { network: "down", reachable: false }),
    ];
    const lines = exposition(allMetrics(aSnapshot(aStatus({ cluster: { monitors } })))).split("\n");
    expect(lines.filter((line) => line.startsWith("mmm_monitor_own_network"))).toEqual([
      'mmm_monitor_own_network{monitor="mon1"} 1',
      'mmm_monitor_own_network{monitor="mon2"} 0',
    ]);
  });

  it("shows who votes what, who leads and who serves", () => {
    expect(text).toContain('mmm_node_vote{group="main",node="db1",monitor="mon3",vote="up"} 1\n');
    expect(text).toContain('mmm_leader_info{monitor="mon2"} 1\n');
    expect(text).toContain(
      'mmm_vip_holder{group="main",vip="192.168.10.70",role="writer",node="db1"} 1\n',
    );
    expect(text).toContain('mmm_operations_total{group="main",kind="failover",result="ok"} 3\n');
  });
});
