/**
 * What is worth changing on a database host: what makes a login slow or impossible, which programs
 * are missing, and what would take the packet filter or the virtual IP out of the monitors' hands. Its
 * interfaces have rules of their own.
 */
import type { GuardProblem } from "../../core/vip/types.ts";
import type { Finding, Subject } from "./finding.ts";
import { rightsFindings } from "./guard-rules.ts";
import type { HostFacts, HostSight, SeenHost } from "./host-sight.ts";
import { interfaceFindings } from "./interface-rules.ts";

/** A host, with all that groups want of it. */
export interface HostCase {
  readonly subject: Subject;
  readonly address: string;
  readonly user: string;
  /** What may come to it, each with its interface: `10.0.0.70 eth1`. */
  readonly wanted: readonly { readonly vip: string; readonly device: string }[];
  /** Of some group that may use the host, VIPs are or may become leases. */
  readonly hasLeases: boolean;
  readonly guardWanted: "auto" | "installed" | "inline";
  /** SHA-256 of the guard that comes with this program. */
  readonly ownGuard: string;
}

type Rule = (
  host: HostCase,
  facts: HostFacts,
  seen: SeenHost,
) => Finding | readonly Finding[] | null;

const SLOW_LOGIN_MS = 2_000;
const SLOW_COMMAND_MS = 1_000;

export function hostFindings(host: HostCase, sight: HostSight): readonly Finding[] {
  if (sight.kind === "none") return [unreached(host, sight.problem, sight.text)];
  if (sight.kind === "guard-only") return unseen(host, sight.loginMs);
  const { facts } = sight;
  if (!facts.isComplete) return [login(host, facts, sight), unread(host, sight)].flat();
  return [
    ...RULES.flatMap((rule) => rule(host, facts, sight) ?? []),
    ...interfaceFindings(host, facts),
    ...rightsFindings(host, facts),
  ];
}

function unseen({ subject, user }: HostCase, loginMs: number): readonly Finding[] {
  return [
    subject.ok("ssh-login", `${user} logs in within ${Math.round(loginMs)} ms, to the guard alone`),
    subject.hint(
      "host-unseen",
      "the monitors' key may start the guard and nothing else",
      "that is the safest; but nobody can look for what is wrong on this host from here",
      "look there yourself: mmm doctor --print guard-list, ip addr, nft list ruleset",
    ),
  ];
}

const REMEDIES: Readonly<Partial<Record<GuardProblem, string>>> = {
  unreachable: "is the host up, sshd running there, and its port open for the monitors?",
  timeout: "is the host up? A login that takes long often waits for a name server: UseDNS no",
  auth: "put the monitors' public key there: scripts/setup-host --user USER --key FILE.pub …",
  "host-key-unknown": "compare the fingerprint on the host, then run the ssh-keyscan above",
  "host-key-changed":
    "if the host was reinstalled, put its new key in place; if not, somebody is in between",
  config: "correct ssh_key or ssh_known_hosts, or the file's permissions",
};

function unreached({ subject, user }: HostCase, problem: GuardProblem, text: string): Finding {
  return subject.error(
    "ssh-login",
    `${user} cannot log in from here: ${text}`,
    "this monitor can neither renew a lease there nor end one",
    REMEDIES[problem] ?? "look at sshd's log there: journalctl -u ssh",
  );
}

function unread({ subject }: HostCase, { noise }: SeenHost): Finding {
  return subject.error(
    "ssh-noise",
    `commands do not run as they should: ${noise === "" ? "no output" : noise}`,
    "the guard is started in the same way",
    "give the user a plain shell: chsh -s /bin/sh USER; and no ForceCommand in sshd_config",
  );
}

// ——— logging in ———

function login({ subject, user }: HostCase, _facts: HostFacts, seen: SeenHost): Finding {
  const { loginMs, commandMs } = seen;
  return subject.ok(
    "ssh-login",
    `${user} logs in within ${Math.round(loginMs)} ms; a command takes ${Math.round(commandMs)} ms`,
  );
}

const slowness: Rule = ({ subject }, { sshd }, { loginMs, commandMs }) => {
  // In round figures, so that what several monitors find is one finding.
  const slow = [
    ...(loginMs < SLOW_LOGIN_MS ? [] : [`a login takes ${Math.round(loginMs / 1_000)} s`]),
    ...(commandMs < SLOW_COMMAND_MS ? [] : [`a command takes ${Math.round(commandMs / 1_000)} s`]),
  ];
  if (slow.length === 0) return null;
  const dns = /^yes$/i.test(sshd.get("usedns") ?? "");
  return subject.warning(
    "ssh-slow",
    slow.join(", "),
    "a channel that breaks is away that long, and a lease may end meanwhile",
    dns
      ? "sshd_config there says UseDNS yes: write UseDNS no"
      : "look for a dead name server (/etc/resolv.conf), UseDNS, pam modules, or a busy host",
  );
};

const noisiness: Rule = ({ subject, user }, _facts, { noise }) =>
  noise === ""
    ? null
    : subject.hint(
        "ssh-noise",
        `the login shell prints: ${noise}`,
        "its start-up files cost time at each login, and one that waits for input stops the guard",
        `chsh -s /bin/sh ${user}; or silence what prints in its .bashrc`,
      );

const staleSessions: Rule = ({ subject }, { sshd }) => {
  const seconds = Number.parseInt(sshd.get("clientaliveinterval") ?? "0", 10);
  if (seconds > 0) return null;
  return subject.hint(
    "ssh-alive",
    "sshd does not look whether its clients are still there",
    "sessions of a monitor that vanished stay for hours",
    "write into /etc/ssh/sshd_config there: ClientAliveInterval 15",
  );
};

const ownName: Rule = ({ subject }, { unresolved }) =>
  unresolved === null
    ? null
    : subject.warning(
        "host-name",
        `its own name, ${unresolved}, cannot be resolved`,
        "sudo looks it up each time, and waits up to 20 s for a dead name server",
        `put it into /etc/hosts there: 127.0.1.1 ${unresolved}`,
      );

// ——— programs ———

const PACKAGES: Readonly<Record<string, string>> = {
  nft: "nftables",
  ip: "iproute2",
  ss: "iproute2",
  arping: "iputils-arping",
};

const programs: Rule = ({ subject, hasLeases }, facts) => {
  const needed = Object.keys(PACKAGES).filter((name) => hasLeases || name !== "nft");
  const missing = needed.filter((name) => !facts.programs.has(name));
  if (missing.length === 0) return subject.ok("host-programs", `${needed.join(", ")} are there`);
  const packages = [...new Set(missing.map((name) => PACKAGES[name] ?? name))];
  return subject.error(
    "host-programs",
    `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`,
    "without them no virtual IP can be guarded, moved or announced there",
    `apt-get install ${packages.join(" ")}`,
  );
};

/** The guard speaks to either; without one, what sudo allows is written for that of iputils. */
const arping: Rule = ({ subject, hasLeases }, facts) => {
  if (hasLeases || !/habets/i.test(facts.arping)) return null;
  return subject.warning(
    "host-arping",
    `its arping is not that of iputils: ${facts.arping.slice(0, 60)}`,
    "its options mean other things: the network is not told where a virtual IP is now",
    "apt-get install iputils-arping",
  );
};

// ——— what would take the packet filter or the address away ———

const flushes: Rule = ({ subject, hasLeases }, { flush, enabled }) => {
  if (!hasLeases || flush.length === 0 || !enabled.has("nftables")) return null;
  const [file = ""] = flush;
  const what = `nftables.service is enabled, and ${file} begins with "flush ruleset"`;
  const fix = `replace "flush ruleset" in ${file} by deleting its own tables: table inet filter; delete table inet filter`;
  const whoever = "whoever starts, stops or reloads it";
  if (enabled.has("mmm-guard-close"))
    return subject.hint(
      "firewall-flush",
      what,
      `${whoever} while this host serves cuts its clients off until the monitors have agreed anew: mmm-guard-close is enabled`,
      fix,
    );
  return subject.warning(
    "firewall-flush",
    what,
    `${whoever} removes the guard's tables, too: the VIP is unguarded until a monitor has put them back`,
    fix,
  );
};

const managers: Rule = ({ subject, hasLeases }, { enabled }) => {
  const found = ["firewalld", "ufw"].filter((name) => enabled.has(name));
  if (!hasLeases || found.length === 0) return null;
  return subject.hint(
    "firewall-manager",
    `${found.join(" and ")} ${found.length === 1 ? "manages" : "manage"} the firewall there`,
    "it keeps to its own tables, but must let clients in at the virtual IP, too",
    "allow the port of Redis for every address of the host; leave the tables named redis_mmm alone",
  );
};

const staticAddresses: Rule = ({ subject }, { statics }) =>
  statics.map(({ vip, file }) =>
    subject.error(
      "vip-static",
      `${vip} stands in ${file}`,
      "after a reboot this host has the address though it serves it by no lease: two hosts may answer",
      `take it out of ${file}: the monitors put it where it belongs`,
    ),
  );

const RULES: readonly Rule[] = [
  login,
  slowness,
  noisiness,
  staleSessions,
  ownName,
  programs,
  arping,
  flushes,
  managers,
  staticAddresses,
];
