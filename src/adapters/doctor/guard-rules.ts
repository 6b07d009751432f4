/**
 * What there is to say of the guard on a host: which one runs, with which rights, for which virtual
 * IPs, and whether the tables by which it guards them are in place.
 */
import type { GuardMode } from "../ssh/guard-link.ts";
import type { Finding, Subject } from "./finding.ts";
import type { HostCase } from "./host-rules.ts";
import type { HostFacts } from "./host-sight.ts";

/** What is known of a host's guard and of one virtual IP there, by the kept channel. */
export interface GuardSight {
  /** null: not known. */
  readonly mode: GuardMode | null;
  readonly gate: "present" | "absent" | "altered" | "none" | "unknown";
  readonly problem: string | null;
  /** A program that is gone. */
  readonly lacks: string | null;
  /** Whether the host serves the VIP now. */
  readonly serves: boolean;
  /** Whether monitors look after it: before their first start no host has its tables. */
  readonly isWatched: boolean;
}

const SETUP = "scripts/setup-host --user USER --key FILE.pub --vip VIP --interface INTERFACE";

/** What the login may do, whether a guard runs or not. */
export function rightsFindings(host: HostCase, facts: HostFacts): readonly Finding[] {
  if (!host.hasLeases) return plainRights(host, facts);
  return [
    ...sudoFindings(host, facts),
    ...listFindings(host, facts),
    ...ownerFindings(host, facts),
    ...versionFindings(host, facts),
  ];
}

/** lease_backend = off: no guard need be there. */
function plainRights({ subject, user }: HostCase, { isRoot, sudo }: HostFacts): readonly Finding[] {
  const may = ["guard", "shell", "address"].some((what) => sudo.get(what) === "yes");
  if (isRoot || may) return [subject.ok("guard-rights", `${user} may put a virtual IP there`)];
  return [
    subject.error(
      "guard-rights",
      `sudo does not let ${user} add an address`,
      "no virtual IP can be put there, nor taken away",
      "allow what this prints: mmm doctor --print sudoers",
    ),
  ];
}

function sudoFindings(host: HostCase, facts: HostFacts): readonly Finding[] {
  if (facts.isRoot) return [];
  const { subject, user, guardWanted } = host;
  const may = (what: "guard" | "shell") => facts.sudo.get(what) === "yes";
  if ([...facts.sudo.values()].includes("slow")) return [slowSudo(subject)];
  const canGuard = facts.guard !== null && may("guard") && guardWanted !== "inline";
  const canShell = may("shell") && guardWanted !== "installed";
  if (canGuard && !may("shell"))
    return [
      subject.ok("guard-rights", `${user} may run the installed guard as root, and no shell`),
    ];
  return canGuard || canShell ? [asGoodAsRoot(subject, user, canGuard)] : [rightless(host, facts)];
}

function slowSudo(subject: Subject): Finding {
  return subject.warning(
    "guard-rights",
    "sudo does not answer within three seconds",
    "the guard is started through it",
    "look for a dead name server there, and for the host's own name in /etc/hosts",
  );
}

function rightless({ subject, user, guardWanted }: HostCase, { guard }: HostFacts): Finding {
  const missing = guard === null ? "no guard is installed, and " : "";
  const what = guardWanted === "inline" ? "no root shell" : "no guard";
  return subject.error(
    "guard-rights",
    `${missing}sudo lets ${user} run ${what}`,
    "no lease can be kept there: this host can neither serve a virtual IP nor take one over",
    `run there: ${SETUP}; or by hand: mmm doctor --print sudoers`,
  );
}

function asGoodAsRoot(subject: Subject, user: string, canGuard: boolean): Finding {
  return subject.hint(
    "guard-rights",
    `${user} may run a root shell${canGuard ? "" : ", through which the guard is started (inline)"}`,
    "whoever has the monitors' key is root on this host",
    canGuard
      ? "take /bin/sh out of its sudo rules: mmm doctor --print sudoers"
      : `install the guard instead: ${SETUP}`,
  );
}

/** The installed guard serves nothing else. */
function listFindings(
  { subject, wanted, guardWanted }: HostCase,
  facts: HostFacts,
): readonly Finding[] {
  if (facts.guard === null || guardWanted === "inline") return [];
  const listed = new Set(facts.list ?? []);
  const lacking = wanted
    .map(({ vip, device }) => `${vip} ${device}`)
    .filter((line) => !listed.has(line));
  if (lacking.length === 0)
    return [subject.ok("guard-list", "the guard's list has every virtual IP of this host")];
  return [
    subject.error(
      "guard-list",
      `/etc/redis-mmm/guard.list ${facts.list === null ? "is missing, or cannot be read" : `lacks: ${lacking.join("; ")}`}`,
      "the guard refuses what is not on its list: that virtual IP cannot come to this host",
      "write there what this prints: mmm doctor --print guard-list",
    ),
  ];
}

/** The guard looks when it starts: one that runs goes on, and the next one serves nothing. */
function ownerFindings(
  { subject, guardWanted }: HostCase,
  { guard, loose }: HostFacts,
): readonly Finding[] {
  if (guard === null || loose.length === 0 || guardWanted === "inline") return [];
  return [
    subject.error(
      "guard-owner",
      `others than root may write ${loose.join(", ")}, or it is a link`,
      "whoever may is as good as root there; and a guard that starts now serves nothing",
      `look who did, then make it root's again: ${SETUP}`,
    ),
  ];
}

function versionFindings(
  { subject, ownGuard, guardWanted }: HostCase,
  { guard }: HostFacts,
): readonly Finding[] {
  if (guard === null || guard === "" || guard === ownGuard || guardWanted === "inline") return [];
  return [
    subject.warning(
      "guard-version",
      "the installed guard is not the one of this version",
      "what was improved or corrected since is not in force there",
      `install it again; that changes nothing else: ${SETUP}`,
    ),
  ];
}

/** What the kept channel says of the guard itself. */
export function guardFindings(
  subject: Subject,
  hasLeases: boolean,
  sight: GuardSight,
): readonly Finding[] {
  if (sight.problem !== null)
    return [
      subject.error(
        "guard",
        `the guard is not usable: ${sight.problem}`,
        "no lease of this host can be renewed or ended by this monitor",
        "the findings about its ssh and its rights say more",
      ),
    ];
  const mode = sight.mode === null ? [] : modeFinding(subject, hasLeases, sight.mode);
  return [...mode, ...lacksFindings(subject, sight), ...gateFindings(subject, hasLeases, sight)];
}

function modeFinding(subject: Subject, hasLeases: boolean, mode: GuardMode): readonly Finding[] {
  if (mode !== "plain") return [subject.ok("guard", `the guard runs (${mode})`)];
  if (!hasLeases)
    return [subject.ok("guard", "no guard: plain ip and arping (lease_backend = off)")];
  return [
    subject.error(
      "guard",
      "no guard may run there, only ip addr and arping",
      "nothing fences this host when it cannot be reached; for leases every host needs a guard",
      `run there: ${SETUP}`,
    ),
  ];
}

function lacksFindings(subject: Subject, { lacks }: GuardSight): readonly Finding[] {
  if (lacks === null) return [];
  return [
    subject.error(
      "host-programs",
      `${lacks} is gone`,
      "the network would not be told that a virtual IP is there now",
      `apt-get install ${lacks === "arping" ? "iputils-arping" : lacks}`,
    ),
  ];
}

function gateFindings(
  subject: Subject,
  hasLeases: boolean,
  { gate, isWatched }: GuardSight,
): readonly Finding[] {
  if (!hasLeases) return [];
  if (gate === "present")
    return [subject.ok("gate", "its packet filter is in place and unchanged")];
  if (gate === "altered")
    return [
      subject.error(
        "gate",
        "somebody changed the tables named redis_mmm there",
        "this host's virtual IPs are not guarded: it may answer without a lease",
        "undo the change (nft list table inet redis_mmm); the monitors put their rules back by themselves (docs/runbook.md#packet-filter-altered)",
      ),
    ];
  if (gate !== "absent") return [];
  if (!isWatched)
    return [
      subject.hint(
        "gate",
        "the tables named redis_mmm are not there",
        "before the first start of the monitors that is so everywhere",
        "nothing, if they never ran; else look for what flushes the firewall (firewall-flush)",
      ),
    ];
  return [
    subject.warning(
      "gate",
      "the tables named redis_mmm are not there",
      "somebody flushed the firewall: until they are back, the host may answer without a lease",
      "the monitors put them back; look for what removes them: firewall-flush in docs/doctor.md",
    ),
  ];
}
