/**
 * A host that gives us no guard, only `sudo ip addr add|del` and `sudo arping`: for groups whose
 * `lease_backend` is off. There is no register here: every view says `gate: "none"`, which proves
 * nothing to anyone, and a late command is not fenced. The address is permanent. What needs the
 * register is refused: a claim with a permit comes from a group that counts on its lease.
 */
import type { Client } from "ssh2";
import type { GuardRequest, GuardResult, RegisterView } from "../../core/vip/types.ts";
import { messageOf } from "./connection.ts";
import { type Finished, run, withDeadline } from "./exec.ts";
import type { Asked, GuardLink } from "./guard-link.ts";
import { encodeRequest } from "./guard-protocol.ts";

type Claim = Extract<GuardRequest, { op: "claim" }>;
type Run = (command: string) => Promise<Finished>;

const NO_REGISTER: GuardResult = {
  kind: "refused",
  code: "nogate",
  text: "no guard may run on this host, so it has no register; run setup-host there",
};
/** Programs of the system are not on every user's path; `env` works in every login shell. */
const ENV = "env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C";

export class PlainGuard implements GuardLink {
  readonly mode = "plain";
  readonly mostTogether = 1;
  /** It lives as long as the connection. */
  readonly ended: Promise<void>;
  readonly #client: Client;
  #running: Promise<unknown> = Promise.resolve();

  constructor(client: Client) {
    this.#client = client;
    this.ended = new Promise((resolve) => client.once("close", () => resolve()));
  }

  ask(all: readonly Asked[]): readonly Promise<GuardResult>[] {
    return all.map((asked) => this.#ask(asked));
  }

  async #ask({ request, deadlineMs }: Asked): Promise<GuardResult> {
    const encoded = encodeRequest(request);
    if (encoded.kind === "invalid") return { kind: "refused", code: "syntax", text: encoded.text };
    const work = this.#perform(request);
    this.#running = work;
    return withDeadline(work, deadlineMs, {
      kind: "unknown",
      text: `${request.op} ${request.vip}: no answer within ${Math.round(deadlineMs)} ms`,
    });
  }

  async settled(): Promise<void> {
    await Promise.race([this.#running, this.ended]);
  }

  close(): void {
    // It keeps no channel: the connection's owner ends what runs.
  }

  async #perform(request: GuardRequest): Promise<GuardResult> {
    const execute: Run = (command) => run(this.#client, command);
    try {
      switch (request.op) {
        case "show":
        case "install":
          return await shown(execute, request.vip);
        case "claim":
          return request.permit === 0 ? await claim(execute, request) : NO_REGISTER;
        case "release":
          return await release(execute, request.vip);
        case "mark":
        case "permit":
          return NO_REGISTER;
      }
    } catch (error) {
      return { kind: "unknown", text: `${request.op} ${request.vip}: ${messageOf(error)}` };
    }
  }
}

async function claim(execute: Run, request: Claim): Promise<GuardResult> {
  const { vip, interface: device } = request;
  const added = await execute(`exec ${ENV} sudo -n ip addr add ${vip}/32 dev ${device}`);
  const view = await look(execute, vip);
  if (typeof view === "string") return { kind: "refused", code: "addr", text: view };
  if (!view.addresses.some((address) => address.device === device)) {
    return { kind: "refused", code: "addr", text: added.stderr.trim() };
  }
  await execute(announcement(vip, device));
  return { kind: "ok", view };
}

async function release(execute: Run, vip: string): Promise<GuardResult> {
  const before = await look(execute, vip);
  if (typeof before === "string") return { kind: "refused", code: "addr", text: before };
  let complaint = "";
  for (const { device, prefix } of before.addresses) {
    const gone = await execute(`exec ${ENV} sudo -n ip addr del ${vip}/${prefix} dev ${device}`);
    complaint += gone.stderr;
  }
  const after = await look(execute, vip);
  if (typeof after === "string") return { kind: "unknown", text: after };
  if (after.addresses.length > 0) return { kind: "refused", code: "addr", text: complaint.trim() };
  return { kind: "ok", view: after };
}

async function shown(execute: Run, vip: string): Promise<GuardResult> {
  const view = await look(execute, vip);
  return typeof view === "string"
    ? { kind: "refused", code: "failed", text: view }
    : { kind: "ok", view };
}

/** In both forms, and again while the address is here. Detached: arping waits a second each time. */
function announcement(vip: string, device: string): string {
  const send = (form: string): string => `sudo -n arping -q -c 1 -${form} -I ${device} ${vip} &`;
  const steps = [0, 0.2, 1, 2, 4].map(
    (pause) =>
      `sleep ${pause}; ip -o -4 addr show | grep -qwF "inet ${vip}/32" || exit; ${send("U")} ${send("A")}`,
  );
  return `exec ${ENV} sh -c '(${steps.join(" ")} wait) </dev/null >/dev/null 2>&1 &'`;
}

/** A text: why it could not be read. */
async function look(execute: Run, vip: string): Promise<RegisterView | string> {
  const show = "ip -o -4 addr show && cat /proc/sys/kernel/random/boot_id";
  const { exitCode, stdout, stderr } = await execute(`exec ${ENV} sh -c '${show}'`);
  if (exitCode !== 0) return `ip addr show: exit ${exitCode}: ${stderr.trim()}`;
  const lines = stdout.trimEnd().split("\n");
  return {
    gate: "none",
    gated: false,
    token: null,
    permits: [],
    leaseMs: 0,
    addresses: addressesOf(lines, vip),
    lacks: null,
    boot: lines.at(-1) ?? "",
  };
}

/** From `ip -o -4 addr show`. Exported for its test. */
export function addressesOf(lines: readonly string[], vip: string): RegisterView["addresses"] {
  return lines.flatMap((line) => {
    const match = /^\d+: (\S+) +inet (\S+?)(?: peer \S+?)?\/(\d+) .*?valid_lft (\w+)/.exec(line);
    if (match === null || match[2] !== vip) return [];
    const [, device = "", , prefix, left = ""] = match;
    const lifetimeS = /^\d+sec$/.test(left) ? Number.parseInt(left, 10) : null;
    return [{ device, prefix: Number(prefix), lifetimeS }];
  });
}
