/**
 * One SSH login, as a promise. ssh2 reports failures in many ways; here each becomes a problem
 * with a name. A frozen peer is noticed by keepalives within three seconds; Nagle's algorithm,
 * which ssh2 leaves on, would cost 40 ms a request.
 */
import { readFile, stat } from "node:fs/promises";
import { Socket } from "node:net";
import ssh2, { Client, type ParsedKey, type PublicKeyAuthMethod } from "ssh2";
import type { Target } from "../../core/io.ts";
import type { GuardProblem } from "../../core/vip/types.ts";
import { hostKeyAlgorithms, judgeHostKey, type KeyDecision, readKnownHosts } from "./host-key.ts";
import { limitHost } from "./host-limits.ts";
import type { KnownHost } from "./known-hosts.ts";
import { LoginGate } from "./login-gate.ts";
import { writeInOneGo } from "./one-write.ts";

/** Paths; both are read anew at each login, so that a mended file needs no restart. */
export interface SshFiles {
  readonly privateKeys: readonly string[];
  readonly knownHosts: string;
  /** Asked for when a key turns out to be encrypted; null: none is known. */
  readonly passphrase?: () => string | null;
}

/** Why there is no channel. Thrown within this folder only: the outside sees values. */
export class ChannelError extends Error {
  override readonly name = "ChannelError";
  readonly problem: GuardProblem;

  constructor(problem: GuardProblem, text: string) {
    super(text);
    this.problem = problem;
  }
}

/** Until the keys are exchanged: a host that is there answers within milliseconds. */
const HANDSHAKE_MS = 3_000;
/** Until the login is done: a dead name server alone may cost the host 14 s. */
const LOGIN_MS = 20_000;
const KEEPALIVE_MS = 1_500;
const KEEPALIVE_COUNT = 1;

/** Each takes a few ms of the thread: what is to be done in time in between is hardly late. */
const LOGINS_AT_ONCE = 4;
const gate = new LoginGate(LOGINS_AT_ONCE);

/**
 * Resolves when logged in.
 * @param isAwaited whether somebody waits for just this host
 * @throws ChannelError
 */
export async function connect(
  target: Target,
  files: SshFiles,
  isAwaited: () => boolean = () => true,
): Promise<Client> {
  if (files.privateKeys.length === 0) throw new ChannelError("config", "ssh_key is not set");
  const socket = await reach(target);
  // A host that is not there takes nobody's place. To read the files costs the thread something, too.
  const leave = await gate.enter(isAwaited);
  try {
    const keys = await readKeys(files);
    const known = await readKnownHosts(files.knownHosts).catch((error: unknown) => {
      throw new ChannelError("config", `${files.knownHosts}: ${messageOf(error)}`);
    });
    return await login(target, socket, { keys, known, knownHosts: files.knownHosts });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    leave();
  }
}

function reach(target: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = new Socket();
    const give = (problem: GuardProblem, text: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ChannelError(problem, `${at(target)}: ${text}`));
    };
    const timer = setTimeout(() => {
      give("timeout", `no connection within ${HANDSHAKE_MS} ms`);
    }, HANDSHAKE_MS);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      give(error.code === "ETIMEDOUT" ? "timeout" : "unreachable", error.message);
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.connect({ host: target.address, port: target.sshPort });
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function readKeys({ privateKeys, passphrase }: SshFiles): Promise<readonly ParsedKey[]> {
  return Promise.all(privateKeys.map((path) => readKey(path, passphrase?.() ?? null)));
}

const OPEN_TO_OTHERS = 0o006;
/** To open a key takes tenths of a second, on purpose, in which nothing else is done: once is enough. */
const unlocked = new Map<string, ParsedKey>();
const MOST_UNLOCKED = 64;

function remember(text: string, key: ParsedKey): void {
  if (unlocked.size >= MOST_UNLOCKED) unlocked.clear();
  unlocked.set(text, key);
}

async function readKey(path: string, passphrase: string | null): Promise<ParsedKey> {
  const wrong = (why: string) => new ChannelError("config", `ssh key ${path}: ${why}`);
  const text = await readFile(path).catch((error: unknown) => {
    throw wrong(messageOf(error));
  });
  const { mode } = await stat(path);
  if ((mode & OPEN_TO_OTHERS) !== 0) throw wrong(`it is open to anybody on this host: chmod o-rw`);
  const known = unlocked.get(text.toString("latin1"));
  if (known !== undefined) return known;
  const parsed = ssh2.utils.parseKey(text, passphrase ?? undefined);
  if (!(parsed instanceof Error)) {
    if (passphrase !== null) remember(text.toString("latin1"), parsed);
    return parsed;
  }
  if (/no passphrase given/i.test(parsed.message))
    throw wrong("it is encrypted: say where its passphrase is, ssh_key_passphrase_file");
  if (/bad passphrase|decrypt|integrity/i.test(parsed.message))
    throw wrong("the passphrase in ssh_key_passphrase_file does not open it");
  throw wrong(parsed.message);
}

/** What is shown to the host, and what its own key is compared with. */
interface Papers {
  readonly keys: readonly ParsedKey[];
  readonly known: readonly KnownHost[];
  /** Where they were read. */
  readonly knownHosts: string;
}

// biome-ignore format: one line for each thing that is handed over
function login(target: Target, socket: Socket, { keys, known, knownHosts }: Papers): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let decision: KeyDecision | null = null;
    const fail = (error: ChannelError): void => {
      clearTimeout(handshake);
      client.destroy();
      reject(error);
    };
    const handshake = setTimeout(() => {
      fail(new ChannelError("timeout", `${at(target)}: no key exchange within ${HANDSHAKE_MS} ms`));
    }, HANDSHAKE_MS);
    client.once("handshake", () => clearTimeout(handshake));
    client.once("ready", () => {
      client.removeAllListeners("error");
      client.removeAllListeners("close");
      // After an error ssh2 waits for the host to close, which it need not. "close" is what the user watches.
      client.on("error", () => client.destroy());
      resolve(client);
    });
    client.on("error", (error) => fail(loginError(target, error, decision)));
    client.on("close", () => fail(new ChannelError("closed", `${at(target)}: closed during login`)));
    if (socket.destroyed) return fail(new ChannelError("closed", `${at(target)}: closed before the login`));
    client.connect({
      sock: socket,
      username: target.sshUser,
      authHandler: keys.map((key): PublicKeyAuthMethod => ({ type: "publickey", username: target.sshUser, key })),
      algorithms: { serverHostKey: hostKeyAlgorithms(target, known) },
      hostVerifier: (key: Buffer): boolean => {
        decision = judgeHostKey(target, key, knownHosts, known);
        return decision.kind === "trusted";
      },
      readyTimeout: LOGIN_MS,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_COUNT,
    });
    client.setNoDelay(true);
    writeInOneGo(client);
    limitHost(client);
  });
}

function at(target: Target): string {
  return `ssh ${target.sshUser}@${target.address} port ${target.sshPort}`;
}

function loginError(
  target: Target,
  error: Error & { readonly level?: string; readonly code?: string | number },
  decision: KeyDecision | null,
): ChannelError {
  if (decision?.kind === "refused") return new ChannelError(decision.problem, decision.text);
  const text = `${at(target)}: ${error.message}`;
  if (error.level === "client-authentication") {
    return new ChannelError("auth", `${text}; is our public key in its authorized_keys?`);
  }
  if (error.level === "client-timeout" || error.code === "ETIMEDOUT") {
    return new ChannelError("timeout", text);
  }
  return new ChannelError(error.level === "client-socket" ? "unreachable" : "closed", text);
}
