import { describe, expect, it } from "vitest";
import { Doctor } from "../../../src/daemon/doctor.ts";

describe("examinations", () => {
  it("that are asked for without end are refused, and those that wait come to theirs", async () => {
    let finish = () => {};
    const looking = new Promise<readonly []>((settle) => (finish = () => settle([])));
    const doctor = new Doctor({
      name: "mon1",
      version: "2",
      look: () => looking,
      digest: () => null,
      peers: () => [],
      clientOf: () => {
        throw new Error("there is nobody");
      },
    });
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
});
