import { describe, expect, it } from "vitest";
import type { ControlClient } from "../../../src/adapters/control/client.ts";
import { type Finding, Subject } from "../../../src/adapters/doctor/finding.ts";
import { Doctor } from "../../../src/daemon/doctor.ts";

const ALL = { group: "", node: "" };
const PEERS = [
  { name: "mon2", address: "10.0.0.12:7400" },
  { name: "mon3", address: "10.0.0.13:7400" },
  { name: "mon4", address: "mon4.example:7400" },
];

/** mon2 answers as it is told to; mon3 is not there, and of mon4 nobody knows where it is. */
function clientOf(asked: unknown[]) {
  return ({ name, address }: (typeof PEERS)[number]) => {
    if (name === "mon4") throw new Error("its name has no address yet");
    return {
      identify: () =>
        name === "mon2"
          ? Promise.resolve({})
          : Promise.reject(new Error(`${address} does not answer: connection refused`)),
      doctor: (scope: unknown, alone: boolean) => {
        asked.push({ name, scope, alone });
        const report = { monitor: name, version: "2", config: "x", findings: [] };
        return Promise.resolve({ reports: [report], unreachable: [] });
      },
      close: () => undefined,
    } as unknown as ControlClient;
  };
}

function aDoctor(look: () => Promise<readonly Finding[]>, asked: unknown[] = []): Doctor {
  const digest = () => "abc";
  return new Doctor({
    name: "mon1",
    version: "2",
    look,
    digest,
    peers: () => PEERS,
    clientOf: clientOf(asked),
  });
}

describe("the doctor of a monitor", () => {
  it("refuses what is asked for without end; those that wait come to theirs", async () => {
    let finish = () => {};
    const looking = new Promise<readonly []>((settle) => (finish = () => settle([])));
    const doctor = aDoctor(() => looking);
    const kept = Array.from({ length: 8 }, (_, n) => {
      return doctor.examine({ group: `g${n}`, node: "" }, true);
    });
    await expect(doctor.examine({ group: "more", node: "" }, true)).rejects.toThrow(
      "too many examinations are asked for",
    );
    finish();
    for (const { reports } of await Promise.all(kept)) expect(reports).toHaveLength(1);
    expect((await doctor.examine({ group: "more", node: "" }, true)).reports).toHaveLength(1);
  });

  it("looks by itself, and asks its peers to do the same, but not theirs", async () => {
    const asked: unknown[] = [];
    const found = [new Subject("db1").ok("redis-answers", "well")];
    const examination = await aDoctor(() => Promise.resolve(found), asked).examine(ALL, false);
    expect(examination.reports).toEqual([
      { monitor: "mon1", version: "2", config: "abc", findings: found },
      { monitor: "mon2", version: "2", config: "x", findings: [] },
    ]);
    expect(examination.unreachable).toEqual([
      { name: "mon3", address: "10.0.0.13:7400", why: "connection refused" },
      { name: "mon4", address: "mon4.example:7400", why: "its name has no address yet" },
    ]);
    expect(asked).toEqual([{ name: "mon2", scope: ALL, alone: true }]);
  });

  it("looks once for all who ask at the same time, and one after the other otherwise", async () => {
    const looks: (() => void)[] = [];
    const doctor = aDoctor(() => new Promise((done) => looks.push(() => done([]))));
    const first = [doctor.examine(ALL, true), doctor.examine(ALL, true)];
    const other = doctor.examine({ group: "", node: "db2" }, true);
    await new Promise(setImmediate);
    expect(looks).toHaveLength(1);
    looks[0]?.();
    await Promise.all(first);
    await new Promise(setImmediate);
    expect(looks).toHaveLength(2);
    looks[1]?.();
    expect((await other).reports).toHaveLength(1);
  });
});
