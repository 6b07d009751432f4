/** Makes the adapters that touch Redis and the hosts, from what is this monitor's own. */
import type { Local, NodeLogin } from "../adapters/config/types.ts";
import { ShellFencer } from "../adapters/fence.ts";
import { ShellHooks } from "../adapters/hook.ts";
import { RedisActions } from "../adapters/redis/actions.ts";
import { credentialsFor } from "../adapters/redis/credentials.ts";
import { RedisProbes } from "../adapters/redis/probe.ts";
import { checkVip } from "../adapters/redis/vip-check.ts";
import { type ChannelEvent, GuardChannels } from "../adapters/ssh/guard-channels.ts";
import type { GuardMode } from "../adapters/ssh/guard-link.ts";
import type { GroupName, NodeName } from "../core/ids.ts";
import type { Target } from "../core/io.ts";
import type {
  Fencer,
  GuardCaller,
  HookRunner,
  Log,
  Prober,
  RedisActor,
  VipChecker,
} from "../ports.ts";

/** What reaches nodes. */
export interface NodeWorld {
  readonly prober: Prober;
  readonly redis: RedisActor;
  readonly guards: GuardCaller;
  readonly fencer: Fencer;
  readonly hooks: HookRunner;
  readonly vips: VipChecker;
  /** Which guard ran when a channel to that host was last opened; null: there was none yet. */
  guardModeOf(target: Target): GuardMode | null;
  /** Called when a kept probe connection closes. */
  onLost(listener: (group: GroupName, node: NodeName) => void): void;
  /** Opens the channels to these hosts early, and closes those to others. */
  warm(targets: readonly Target[]): void;
  close(): void;
}

/** @param loginTo how to log in to a node; asked anew for each connection */
export function openNodeWorld(
  { sshKnownHosts, guard }: Pick<Local, "sshKnownHosts" | "guard">,
  loginTo: (target: Target) => NodeLogin,
  log: Log,
): NodeWorld {
  const credentialsOf = (target: Target) => credentialsFor(loginTo(target));
  const modes = new Map<string, GuardMode>();
  const prober = new RedisProbes(credentialsOf);
  const redis = new RedisActions(credentialsOf);
  const guards = new GuardChannels({
    privateKeysOf: (target) => [loginTo(target).sshKey],
    passphraseOf: (target) => loginTo(target).sshPassphrase?.reveal() ?? null,
    knownHosts: sshKnownHosts,
    guardMode: guard,
    onEvent: (event) => {
      if (event.kind === "opened") modes.set(hostKey(event.target), event.mode);
      tell(log, event);
    },
  });
  const vips: VipChecker = {
    check: async (target, vip, deadlineMs) => {
      const answer = await checkVip(vip, target.port, credentialsOf(target), deadlineMs);
      return { kind: "vip-check", ...answer };
    },
  };
  return {
    prober,
    redis,
    guards,
    vips,
    fencer: new ShellFencer(),
    hooks: new ShellHooks(),
    guardModeOf: (target) => modes.get(hostKey(target)) ?? null,
    onLost: (listener) => prober.onLost(listener),
    warm: (targets) => guards.warm(targets),
    close: () => {
      prober.close();
      redis.close();
      guards.close();
    },
  };
}

/** Groups that share a host share its channel. */
function hostKey({ address, sshPort, sshUser }: Target): string {
  return `${sshUser}@${address}:${sshPort}`;
}

function tell(log: Log, event: ChannelEvent): void {
  const { node, group } = event.target;
  if (event.kind === "opened") {
    const text = `${group}/${node}: the guard answers (${event.mode})`;
    log.write("info", "guard.up", text, { group, node, mode: event.mode, durationMs: event.ms });
    return;
  }
  const text = `${group}/${node}: the guard cannot be reached: ${event.text}`;
  log.write("warn", "guard.down", text, { group, node, reason: event.problem });
}
