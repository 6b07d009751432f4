/**
 * The program behind `scripts/lab --local`: the hosts of a lab where nobody may make namespaces.
 * Each host is an SSH server on a loopback address, whose only command is a guard; the VIP is a
 * relay. It reports which host held the lease when, in the form of the observer's report: SIGUSR2
 * begins a report, SIGHUP writes it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";
import { LocalGuard } from "./local-guard.ts";
import { LocalRelay } from "./local-relay.ts";

const { values: options } = parseArgs({
  options: {
    dir: { type: "string", default: "" },
    vip: { type: "string", default: "" },
    port: { type: "string", default: "" },
    "ssh-port": { type: "string", default: "" },
    nodes: { type: "string", default: "" },
  },
});
const nowMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
const sshPort = Number(options["ssh-port"]);
const nodes = options.nodes.split(",").map((entry) => {
  const [name = "", address = ""] = entry.split("=");
  return { name, address, guard: new LocalGuard(options.vip, nowMs, leaseChanged) };
});
const relay = new LocalRelay(
  nodes.map(({ address, guard }) => ({ address, serves: () => guard.serves() })),
  Number(options.port),
);
let reportFrom = nowMs();

await relay.listen(options.vip);
const clientKey = ssh2.utils.generateKeyPairSync("ed25519");
const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
await Promise.all(nodes.map(({ address, guard }) => serveSsh(address, guard)));
process.on("SIGUSR2", () => {
  reportFrom = nowMs();
});
process.on("SIGHUP", () => writeFileSync(`${options.dir}/observer.json`, report()));
writeKeys();

/** The relay is told at once, and again when the lease has run out. */
function leaseChanged(): void {
  relay.check();
  for (const { guard } of nodes) {
    const left = guard.leaseUntil - nowMs();
    if (left > 0) setTimeout(() => relay.check(), left + 1).unref();
  }
}

function writeKeys(): void {
  const folder = `${options.dir}/ssh`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/id_ed25519`, clientKey.private, { mode: 0o600 });
  const keys = nodes.map(({ address }) => `[${address}]:${sshPort} ${hostKey.public.trim()}\n`);
  writeFileSync(`${folder}/known_hosts`, keys.join(""));
}

function serveSsh(address: string, guard: LocalGuard): Promise<void> {
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connection.on("error", () => undefined);
    connection.on("authentication", authenticate);
    connection.on("ready", () => serveSession(connection, guard));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(sshPort, address, () => resolve());
  });
}

/** It listens on loopback only and guards a toy; that the key is the lab's own is enough. */
function authenticate(context: AuthContext): void {
  const known = ssh2.utils.parseKey(clientKey.public);
  const isOurs =
    context.method === "publickey" &&
    !(known instanceof Error) &&
    context.key.data.equals(known.getPublicSSH()) &&
    (context.signature === undefined ||
      known.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo) === true);
  if (isOurs) context.accept();
  else context.reject(["publickey"]);
}

function serveSession(connection: Connection, guard: LocalGuard): void {
  connection.on("session", (accept) => {
    accept().on("exec", (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      if (command.startsWith("test -e ")) finish(channel, 0);
      else if (command.endsWith("/guard")) runGuard(channel, guard);
      else finish(channel, 127);
    });
  });
}

function finish(channel: ServerChannel, code: number): void {
  channel.exit(code);
  channel.end();
}

function runGuard(channel: ServerChannel, guard: LocalGuard): void {
  let partial = "";
  channel.write("guard 1 installed\n");
  channel.on("error", () => undefined);
  channel.on("data", (data: Buffer) => {
    const lines = (partial + data.toString("latin1")).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) channel.write(`${guard.answer(line)}\n`);
  });
  channel.on("end", () => finish(channel, 0));
}

function report(): string {
  const to = nowMs();
  const hosts = nodes.map(({ name, guard }) => ({
    host: name,
    served: guard.held
      .map((held) => [Math.max(held.from, reportFrom), Math.min(held.to, to)] as const)
      .filter(([first, last]) => first < last)
      .map(([first, last]) => [first / 1000, last / 1000] as const),
  }));
  const overlaps = hosts.flatMap((one, index) =>
    hosts.slice(index + 1).flatMap((other) =>
      one.served.flatMap(([a, b]) =>
        other.served.flatMap(([c, d]) => {
          const [from, until] = [Math.max(a, c), Math.min(b, d)];
          if (from >= until) return [];
          return [{ hosts: [one.host, other.host], from, ms: (until - from) * 1000 }];
        }),
      ),
    ),
  );
  const from = reportFrom / 1000;
  return `${JSON.stringify({ from, to: to / 1000, longest_stall_ms: 0, hosts, overlaps })}\n`;
}
