/**
 * The read-only doors in a real switchover: clients of Sentinel are told, load balancers are answered,
 * and a monitor that is cut off says that it does not know.
 */
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { IS_LOCAL, Lab } from "../helpers/lab.ts";
import { FAST } from "../helpers/lab-setup.ts";

const DOORS = ["http=0.0.0.0:9401", "sentinel=0.0.0.0:26379", "expose=http, sentinel"];
const MON1 = "10.77.0.21";

async function http(lab: Lab, path: string): Promise<string> {
  const format = "%{http_code}";
  const url = `http://${MON1}:9401${path}`;
  const args = ["curl", "-s", "-m", "3", "-o", "/dev/null", "-w", format, url];
  return (await lab.run("exec", "client", ...args)).trim();
}

async function sentinel(lab: Lab, ...words: readonly string[]): Promise<string> {
  const cli = ["timeout", "3", "redis-cli", "-h", MON1, "-p", "26379"];
  return (await lab.run("exec", "client", ...cli, ...words)).trim();
}

describe.skipIf(IS_LOCAL)("the read-only doors", () => {
  it("follow a switchover, and know nothing on a host that is cut off", async () => {
    await using lab = await Lab.up({ ...FAST, set: DOORS });
    const where = () => sentinel(lab, "sentinel", "get-master-addr-by-name", "main");
    expect(await where()).toBe("10.77.0.11\n6379");
    expect(await http(lab, "/primary?node=db1")).toBe("200");
    const heard = `${lab.directory}/heard`;
    const subscribe = `redis-cli -h ${MON1} -p 26379 subscribe +switch-master >${heard} 2>&1 &`;
    await lab.run("exec", "client", "sh", "-c", subscribe);
    const text = () => lab.run("exec", "client", "cat", heard);
    await eventually(text, (seen) => seen.includes("subscribe"), { what: "the subscription" });
    await lab.run("mmm", "switchover", "--to", "db2");
    await eventually(text, (seen) => seen.includes("main 10.77.0.11 6379 10.77.0.12 6379"), {
      what: "the news of the switch",
    });
    await eventually(where, (seen) => seen === "10.77.0.12\n6379", { what: "the new address" });
    expect(await http(lab, "/primary?node=db1")).toBe("503");
    await eventually(
      () => http(lab, "/primary?node=db2"),
      (seen) => seen === "200",
    );
    await lab.run("isolate", "mon1", "from", "mon2", "mon3");
    await eventually(where, (seen) => seen === "", { what: "an answer that knows nothing" });
    expect(await http(lab, "/primary?node=db2")).toBe("503");
    expect(await http(lab, "/readyz")).toBe("503");
    await lab.run("heal");
    await eventually(
      () => http(lab, "/readyz"),
      (seen) => seen === "200",
      { withinMs: 10_000 },
    );
  });
});
