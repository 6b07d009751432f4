/**
 * A whole system with every secret there is, and with the fewest rights at each Redis: it fails over
 * with exactly these, and nothing that it wrote, printed, answered or was started with has a secret in it.
 */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ruleOf, SENT } from "../../src/adapters/redis/commands-sent.ts";
import { eventually } from "../helpers/eventually.ts";
import { isLong, Lab } from "../helpers/lab.ts";
import { FAST, MONITORS } from "../helpers/lab-setup.ts";

const USER = "mmm-fewest";
const secretFor = (what: string): string => `Zq9-${what}-S3cr3t`;
const PASSWORD = secretFor("redis");
const TOKEN = secretFor("http");
const SENTINEL_PASSWORD = secretFor("sentinel");
const WEBHOOK = secretFor("webhook");
/** Commands that the monitors agree on, so that they stand in the state of each, which is its user's alone. */
const AGREED = ["fence_command", "pre_failover", "pre_switchover"];
const COMMANDS = [...AGREED, "post_failover", "post_switchover", "on_alarm", "on_event"];
const RELOADED = AGREED.map((key) => secretFor(`${key}-2`));
const OF_AGREED = [...AGREED.map(secretFor), ...RELOADED];
/** Told from whatever else sleeps on this machine. */
const HOOK_SLEEPS = "0.3171";
const MON1 = "10.77.0.21";
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
  const words = [
    PASSWORD,
    TOKEN,
    SENTINEL_PASSWORD,
    WEBHOOK,
    ...COMMANDS.map(secretFor),
    ...RELOADED,
  ];
  return [...words, ...[join(lab.directory, "ssh/id_ed25519"), ...keys].flatMap(bodyOf)];
}

/** Where a secret is because somebody put it there. */
const OURS = /(^|\/)(tls|ssh)\/|redis\.(conf|extra)$|^(mmm|mon\d)\.conf$|^fs\//;
const STATE = /^data\/mon\d\/state/;

function written(lab: Lab): ReadonlyMap<string, string> {
  const files = readdirSync(lab.directory, { recursive: true, encoding: "utf8" });
  const plain = files.filter((file) => {
    return (
      !OURS.test(file) && statSync(join(lab.directory, file), { throwIfNoEntry: false })?.isFile()
    );
  });
  return new Map(plain.map((file) => [file, readFileSync(join(lab.directory, file), "latin1")]));
}

/** What everybody on the host may see of each process. */
function commandLines(): readonly string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => quietly(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")));
}

/** Looks at the list of processes all the time: a command runs for a moment. */
class ProcessList implements Disposable {
  readonly seen = new Set<string>();
  readonly #timer = setInterval(() => this.look(), 30);

  look(): void {
    for (const line of commandLines()) this.seen.add(line);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Each answer of each page, for whoever knows the token and whoever does not. */
async function answersOf(lab: Lab, own: string): Promise<readonly string[]> {
  const paths = ["/", "/metrics", "/api/status", "/api/history", "/healthz", "/readyz"];
  const asked = [...paths, "/primary?node=db2", "/replica?node=db1", "/events", "/nothing"];
  const known = join(own, "curl");
  writeFileSync(known, `header = "Authorization: Bearer ${TOKEN}"\n`);
  const answers: string[] = [];
  for (const path of asked) {
    for (const options of [["-K", known], []]) {
      const url = `http://${MON1}:9401${path}`;
      const args = ["curl", "-s", "-i", "-m", "1", ...options, url];
      // A page that goes on for ever ends with an error of curl.
      answers.push(await lab.run("exec", "client", "sh", "-c", '"$@" || :', "sh", ...args));
    }
  }
  return answers;
}

async function sentinelAnswers(lab: Lab, own: string): Promise<readonly string[]> {
  const file = join(own, "sentinel-password");
  const cli = `timeout 3 redis-cli -h ${MON1} -p 26379`;
  const words = ["sentinel masters", "sentinel replicas main", "info", "client list", "acl whoami"];
  const logins = [`REDISCLI_AUTH=$(cat ${file})`, "REDISCLI_AUTH=wrong", ""];
  const commands = logins.flatMap((login) =>
    words.map((one) => `${login} ${cli} ${one} 2>&1 || :`),
  );
  const answers: string[] = [];
  for (const command of commands)
    answers.push(await lab.run("exec", "client", "sh", "-c", command));
  return answers;
}

/** In all files, so that they stay the same. */
function changeAgreed(lab: Lab): void {
  for (const file of readdirSync(lab.directory).filter((name) =>
    /^(mmm|mon\d)\.conf$/.test(name),
  )) {
    const path = join(lab.directory, file);
    const text = AGREED.reduce(
      (now, key) => now.replace(secretFor(key), secretFor(`${key}-2`)),
      readFileSync(path, "utf8"),
    );
    writeFileSync(path, text);
  }
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
      const fileOf = (name: string, secret: string): string => {
        const file = join(own, name);
        writeFileSync(file, `${secret}\n`, { mode: 0o600 });
        return file;
      };
      const commands = COMMANDS.map(
        (key) => `${key}="token=${secretFor(key)}; touch ${own}/${key}; sleep ${HOOK_SLEEPS}"`,
      );
      await using lab = await Lab.up({
        ...FAST,
        tls: "on",
        set: [
          `redis_user=${USER}`,
          `redis_password_file=${fileOf("redis-password", PASSWORD)}`,
          "cooldown=0s",
          "verbose=on",
          "http=0.0.0.0:9401",
          `http_token_file=${fileOf("http-token", TOKEN)}`,
          "sentinel=0.0.0.0:26379",
          `sentinel_password_file=${fileOf("sentinel-password", SENTINEL_PASSWORD)}`,
          // The discard port: nobody listens there, and the log tells of it.
          `webhook="http://10.77.0.30:9/${WEBHOOK}"`,
          ...commands,
        ],
        redis: [`user ${USER} on >${PASSWORD} resetkeys resetchannels -@all ${RULES}`],
      });
      using processes = new ProcessList();
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

      const pages = await answersOf(lab, own);
      const toSentinels = await sentinelAnswers(lab, own);
      expect(pages.filter((page) => page.startsWith("HTTP/1.1 200")).length).toBeGreaterThan(5);
      expect(pages.filter((page) => page.startsWith("HTTP/1.1 401")).length).toBeGreaterThan(5);
      expect(toSentinels.join("\n")).toContain("10.77.0.1");
      changeAgreed(lab);
      const reloaded = [await lab.mmm("reload", "--dry-run"), await lab.mmm("reload")];
      for (const key of AGREED) expect(reloaded[0]).toContain(`${key}: changed`);

      const past = await lab.history();
      expect(past.map(({ result }) => result)).not.toContain("failed");
      const printed = await Promise.all([
        lab.mmm("status", "--cluster"),
        lab.mmm("status", "--cluster", "-o", "json"),
        lab.mmm("history", "-o", "json"),
        lab.mmm("config", "show"),
        lab.mmm("config", "show", "-o", "json"),
        lab.mmm("explain"),
        lab.mmm("doctor"),
        lab.mmm("info", third),
      ]);
      processes.look();
      const all = new Map([
        ...written(lab),
        ["ps", [...processes.seen].join("\n")],
        ["mmm", [...printed, ...reloaded].join("\n")],
        ["http", pages.join("\n")],
        ["sentinel", toSentinels.join("\n")],
      ]);
      expect([...all.keys()]).toContain("log/mon1.log");
      expect(all.get("log/mon1.log")).toMatch(/vote [a-z]+ → abstain|"to":"abstain"/);
      expect(all.get("log/mon1.log")).not.toContain("NOPERM");
      // They ran, and were seen.
      for (const key of COMMANDS.filter((one) => one !== "fence_command" && one !== "on_alarm"))
        expect(existsSync(join(own, key)), key).toBe(true);
      expect([...processes.seen]).toContain(`sleep\0${HOOK_SLEEPS}\0`);
      expect([...all.values()].join("\n")).toContain("the webhook was not taken");
      const secrets = secretsOf(lab);
      expect(secrets.length).toBeGreaterThan(15);
      const told = [...all].flatMap(([where, text]) =>
        secrets
          .filter((secret) => text.includes(secret))
          .filter((secret) => !(STATE.test(where) && OF_AGREED.includes(secret)))
          .map((secret) => `${where}: ${secret}`),
      );
      expect(told).toEqual([]);
      const states = [...all.keys()].filter((where) => STATE.test(where));
      expect(states.length).toBeGreaterThanOrEqual(MONITORS.length);
      for (const state of states)
        expect(statSync(join(lab.directory, state)).mode & 0o077, state).toBe(0);
    } finally {
      rmSync(own, { recursive: true });
    }
  });
});
