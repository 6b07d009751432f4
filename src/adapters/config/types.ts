/**
 * What a configuration file says, checked and in our own words.
 *
 * `groups` and `monitors` are a *proposal*: what decides or fences is replicated state, which the
 * file enters at genesis and at `mmm reload` only. `local` is this monitor's own.
 */
import type { Ip, MonitorName } from "../../core/ids.ts";
import type { GroupSettings } from "../../core/settings.ts";
import type { Mode, Node } from "../../core/state.ts";
import type { Secret } from "./secret.ts";

export interface Config {
  readonly file: string;
  readonly groups: readonly GroupProposal[];
  /** From `[monitor:NAME]` sections, then `--peer`. Includes this monitor, if the file names it. */
  readonly monitors: readonly MonitorAddress[];
  readonly local: Local;
  /** Legal, but less than what the reader probably wants. Sentences. */
  readonly warnings: readonly string[];
  /** What the file says and what it leaves to a default, for `mmm config show`. */
  readonly entries: readonly EffectiveEntry[];
}

export interface GroupProposal {
  readonly name: string;
  /** Where it is written. */
  readonly file: string;
  readonly settings: GroupSettings;
  readonly nodes: readonly Node[];
  readonly writer: Ip | null;
  readonly readers: readonly Ip[];
  readonly mode: Mode;
  /** Whether somebody wrote that, or it is the default. */
  readonly saysMode: boolean;
}

export interface MonitorAddress {
  /** null: given as `--peer HOST:PORT`; its name is learned when it answers. */
  readonly name: MonitorName | null;
  readonly address: string;
  readonly port: number;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface Local {
  /** null: not said; see `identify`. */
  readonly name: MonitorName | null;
  readonly listen: HostPort | null;
  readonly dataDir: string;
  readonly log: string | null;
  readonly pid: string | null;
  readonly verbose: boolean;
  readonly sshKey: string;
  readonly sshPassphrase: Secret | null;
  readonly sshPassphraseFile: string | null;
  readonly sshKnownHosts: string;
  readonly guard: "auto" | "installed" | "inline";
  readonly redisUser: string | null;
  readonly redisPassword: Secret | null;
  readonly redisPasswordFile: string | null;
  readonly redisTls: RedisTls;
  readonly redisCertificate: CertificateFiles | null;
  /** How to log in to each node, by `loginKey`: as its own section says, its group, or the values above. */
  readonly logins: Readonly<Record<string, NodeLogin>>;
  /** Path of the socket for `mmm` on the monitor's host; null: `mmm.sock` in the data directory. */
  readonly socket: string | null;
  readonly tls: MonitorTls;
  readonly notices: NoticeSettings;
  /** Where it answers read-only questions; null: nowhere. */
  /** By which it checks its own network; no target: it does not. */
  readonly pings: { readonly targets: readonly string[]; readonly intervalMs: number };
  readonly doors: {
    readonly http: OwnDoor | null;
    readonly sentinel: (OwnDoor & { readonly answer: "node" | "vip" }) | null;
  };
}

export interface OwnDoor extends HostPort {
  /** The place of the key that opens it, as `file:line:column: key`. */
  readonly where: string;
  /** What whoever comes must know, read from `secretFile`; null: nothing. */
  readonly secret: Secret | null;
  readonly secretFile: string | null;
}

/** Whom a leader tells what became of operations and alarms; null: nobody. */
export interface NoticeSettings {
  readonly postFailover: string | null;
  readonly postSwitchover: string | null;
  readonly onAlarm: string | null;
  /** Told of everything that the others are told of, and of each phase of an operation besides. */
  readonly onEvent: string | null;
  readonly webhook: Secret | null;
  readonly deadlineMs: number;
}

/** `system`: TLS, trusting the authorities of the operating system. `ca`: trusting that file. */
export type RedisTls =
  | { readonly kind: "off" }
  | { readonly kind: "system" }
  | { readonly kind: "ca"; readonly file: string };

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** `unset`: nobody decided; allowed, but loudly. */
export type MonitorTls =
  | "off"
  | "unset"
  | {
      readonly ca: string;
      readonly cert: string;
      readonly key: string;
      readonly revoked: string | null;
    };

export interface NodeLogin {
  readonly redisUser: string | null;
  readonly redisPassword: Secret | null;
  readonly redisPasswordFile: string | null;
  readonly redisTls: RedisTls;
  /** Shown to a Redis that asks for one (`tls-auth-clients yes`, its default). */
  readonly redisCertificate: CertificateFiles | null;
  readonly sshKey: string;
  /** Of `sshKey`, read from `sshPassphraseFile`; null: it has none. */
  readonly sshPassphrase: Secret | null;
  readonly sshPassphraseFile: string | null;
}

export interface EffectiveEntry {
  readonly file: string;
  /** Empty for the top of the file. */
  readonly section: string;
  readonly key: string;
  /** `***` for a secret. */
  readonly value: string;
  /**
   * `file`: as written. `shared`: as written in the file that includes this one. `default`: the
   * program's. `derived`: computed from another key.
   */
  readonly from: "file" | "shared" | "default" | "derived";
}

/** Flags of `mmm-mon` that win over the file. */
export interface Overrides {
  readonly name?: string | undefined;
  readonly listen?: string | undefined;
  readonly peers?: readonly string[] | undefined;
  readonly dataDir?: string | undefined;
  readonly log?: string | undefined;
  readonly pid?: string | undefined;
  readonly socket?: string | undefined;
  readonly verbose?: boolean | undefined;
}
