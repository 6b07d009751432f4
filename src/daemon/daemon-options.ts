/** What a monitor is put together from: everything that `startup.ts` has opened, locked and read. */
import type { Identity } from "../adapters/config/identity.ts";
import type { Config } from "../adapters/config/types.ts";
import type { GroupName } from "../core/ids.ts";
import type { Proposal } from "../core/reload/proposal.ts";
import type { Committed } from "../core/state.ts";
import type { Clock, Core, DurableStore, Journal, Log } from "../ports.ts";
import type { Certificates } from "./certificates.ts";
import type { Logins } from "./logins.ts";
import type { OwnSettings } from "./own-settings.ts";
import type { NodeWorld } from "./world.ts";

export interface DaemonOptions<S> {
  readonly identity: Identity;
  readonly version: string;
  readonly core: Core<S>;
  readonly state: S;
  readonly clock: Clock;
  readonly store: DurableStore;
  readonly journal: Journal;
  readonly nodes: NodeWorld;
  readonly log: Log;
  readonly certificates: Certificates;
  /** Path of the socket for the command line of this host; null: none. */
  readonly socket: string | null;
  readonly logins: Logins;
  readonly local: Pick<Config["local"], "sshKnownHosts" | "guard" | "pings">;
  /** As the files are now. @throws ConfigErrors */
  readonly config: () => Config;
  /** What the configuration files propose now. @throws ConfigErrors */
  readonly proposals: () => Readonly<Record<GroupName, Proposal>>;
  /** What those files say otherwise than this; empty: nothing. */
  readonly fileDiffers: (committed: Committed) => string;
  readonly own: Pick<OwnSettings, "onCommitted" | "onEvent" | "readAnew" | "doors">;
  /** Called once, when it can go on no longer. */
  readonly onFault: (error: unknown) => void;
}
