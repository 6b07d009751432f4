/**
 * A whole system with every secret there is, and with the fewest rights at each Redis: it fails over
 * with exactly these, and nothing that it wrote, printed or was started with has a secret in it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ruleOf, SENT } from "../../src/adapters/redis/commands-sent.ts";
import { eventually } from "../helpers/eventually.ts";
import { isLong, Lab } from "../helpers/lab.ts";
import { FAST, MONITORS } from "../helpers/lab-setup.ts";

const USER = "mmm-fewest";
const PASSWORD = "Zq9-redis-S3cr3t";
/** As `mmm doctor --print acl` has it. No keys, no channels: monitors never touch data. */
const RULES = SENT.flatMap((sent) => ruleOf(sent) ?? []).join(" ");

/** The lines of a private key that nobody else has. */
function bodyOf(file: string): readonly string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line)).slice(1);
}

function secretsOf(lab: Lab): readonly string[] {
  const keys = readdirSync(join(lab.directory, "tls"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".key"))
    .map((file) => join(lab.directory, "tls", file));
  return [PASSWORD, ...[join(lab.directory, "ssh/id_ed25519"), ...keys].flatMap(bodyOf)];
}

/** Where a secret is because somebody put it there. */
const OURS = /(^|\/)(tls|ssh)\/|redis\.(conf|extra)$|^fs\//;

function written(lab: Lab): ReadonlyMap<string, string> {
  const files = readdirSync(lab.directory, { recursive: true, encoding: "utf8" });
  const plain = files.filter((file) => {
    return (
      !OURS.test(file) && statSync(join(lab.directory, file), { throwIfNoEntry: false })?.isFile()
    );
  });
  return new Map(plain.map((file) => [file, readFileSync(join(lab.directory, file), "latin1")]));
}

/** What everybody on the host may see of every process. */
function processList(): string {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .map((pid) => quietly(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")))
    .join("\n");
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // It has ended.
  }
}

describe.skipIf(!isLong)("secrets", () => {
  it("are nowhere but in their files, and the fewest rights at Redis suffice for every move", async () => {
    const own = mkdtempSync(join(tmpdir(), "mmm-secret-"));
    try {
      const file = join(own, "redis-password");
      writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
      await using lab = await Lab.up({
        ...FAST,
        tls: "on",
        set: [`redis_user=${USER}`, `redis_password_file=${file}`, "cooldown=0s", "verbose=on"],
        redis: [`user ${USER} on >${PASSWORD} resetkeys resetchannels -@all ${RULES}`],
      });
      await lab.run("mmm", "switchover", "--to", "db2");
      await lab.movedTo((node) => node === "db2");
      await lab.healthy();
      await lab.run("kill", "db2");
      const master = await lab.movedTo((node) => node !== "db2");
      await lab.run("start", "db2");
      await lab.healthy(60_000);
      // What a wrong password makes everybody say.
      const third = ["db1", "db3"].find((node) => node !== master)!;
      await lab.run("redis", third, "acl", "deluser", USER);
      await eventually(
        async () => (await lab.group()).nodes.find(({ name }) => name === third)!,
        ({ votes }) => MONITORS.every((name) => votes[name]?.vote === "abstain"),
        { withinMs: 20_000, everyMs: 200, what: "nobody may log in there" },
      );

      const past = await lab.history();
      expect(past.map(({ result }) => result)).not.toContain("failed");
      const printed = await Promise.all([
        lab.mmm("status", "--cluster"),
        lab.mmm("status", "--cluster", "-o", "json"),
        lab.mmm("history", "-o", "json"),
        lab.mmm("config", "show"),
        lab.mmm("info", third),
      ]);
      const all = new Map([...written(lab), ["ps", processList()], ["mmm", printed.join("\n")]]);
      expect([...all.keys()]).toContain("log/mon1.log");
      expect(all.get("log/mon1.log")).toMatch(/vote [a-z]+ → abstain|"to":"abstain"/);
      expect(all.get("log/mon1.log")).not.toContain("NOPERM");
      const secrets = secretsOf(lab);
      expect(secrets.length).toBeGreaterThan(5);
      const told = [...all].flatMap(([where, text]) =>
        secrets.some((secret) => text.includes(secret)) ? [where] : [],
      );
      expect(told).toEqual([]);
    } finally {
      rmSync(own, { recursive: true });
    }
  });
});
