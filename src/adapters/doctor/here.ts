/**
 * The examination without a monitor: from this host, with the configuration alone. Used before the
 * first start, and when the monitors themselves are what is wrong. The guard is only shown what it
 * holds, over a channel that is closed again.
 */
import { loginKey } from "../config/build.ts";
import type { Config, NodeLogin } from "../config/types.ts";
import { GuardChannels } from "../ssh/guard-channels.ts";
import type { GuardMode } from "../ssh/guard-link.ts";
import type { Ip } from "../../core/ids.ts";
import type { Target } from "../../core/io.ts";
import type { GuardResult } from "../../core/vip/types.ts";
import { messageOf } from "../../errors.ts";
import { TlsIdentity } from "../tls/identity.ts";
import { configFindings, noVipFindings } from "./config-rules.ts";
import { examine } from "./examine.ts";
import { type Finding, HERE, type Scope, Subject } from "./finding.ts";
import type { GuardSight } from "./guard-rules.ts";
import { keyOf } from "./hosts.ts";
import { examinedIn } from "./subject.ts";
import { tlsFindings } from "./tls-rules.ts";

const LIMIT_MS = 15_000;
const GUARD_MS = 8_000;

/** @param config with its passwords. Never rejects. */
export async function examineHere(config: Config, scope: Scope): Promise<readonly Finding[]> {
  const { local } = config;
  const loginTo = ({ group, node }: Target): NodeLogin =>
    local.logins[loginKey(group, node)] ?? local;
  const modes = new Map<string, GuardMode>();
  const guards = new GuardChannels({
    privateKeysOf: (target) => [loginTo(target).sshKey],
    passphraseOf: (target) => loginTo(target).sshPassphrase?.reveal() ?? null,
    knownHosts: local.sshKnownHosts,
    guardMode: local.guard,
    onEvent: (event) => {
      if (event.kind === "opened") modes.set(keyOf(event.target), event.mode);
    },
  });
  const guardOf = async (target: Target, vip: Ip): Promise<GuardSight> => {
    const result = await guards.request(target, { op: "show", vip }, GUARD_MS);
    return sightOf(result, modes.get(keyOf(target)) ?? null);
  };
  const groups = config.groups.map(examinedIn);
  try {
    const found = await examine({ groups, scope, local, loginTo, guardOf, limitMs: LIMIT_MS });
    const ofConfig = [...configFindings(HERE, config), ...noVipFindings(HERE, config)];
    return [...ofConfig, ...tlsHere(config), ...found];
  } finally {
    guards.close();
  }
}

function tlsHere({ local: { tls, listen } }: Config): readonly Finding[] {
  const listens = listen ?? { host: "0.0.0.0" };
  if (tls === "off" || tls === "unset") return tlsFindings(HERE, null, listens, Date.now());
  try {
    const sight = { inForce: TlsIdentity.load(tls), list: tls.revoked, onDisk: null };
    return tlsFindings(HERE, sight, listens, Date.now());
  } catch (error) {
    return [
      new Subject(HERE).error(
        "tls",
        messageOf(error),
        "a monitor does not start without its certificate",
        "mmm config check says which line names it",
      ),
    ];
  }
}

function sightOf(result: GuardResult, mode: GuardMode | null): GuardSight {
  if (result.kind === "ok" && result.view !== null) {
    const { gate, lacks, leaseMs, addresses } = result.view;
    const serves = gate === "none" ? addresses.length > 0 : leaseMs > 0;
    return { mode, gate, lacks, serves, problem: null, isWatched: false };
  }
  const problem = result.kind === "ok" ? "it showed nothing" : result.text;
  return { mode, gate: "unknown", lacks: null, serves: false, problem, isWatched: false };
}
