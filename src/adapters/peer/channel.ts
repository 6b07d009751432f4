/**
 * The gRPC channel to one peer: its options, its name resolution and its guarded connections.
 *
 * Hard here is being talked to again at once: see `connect-guard.ts`. Names are resolved by us and
 * not by gRPC, which asks again only every 30 s, and whose addresses the guard would not know.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type ChannelCredentials, type ChannelOptions, connectivityState } from "@grpc/grpc-js";
import { MAX_MESSAGE_BYTES, PeerService } from "../grpc.ts";
import { Turnstile } from "../turnstile.ts";
import { TLS_CHANNEL } from "../tls/channel.ts";
import { type HostPort, showAddress } from "./address.ts";
import { guardConnections } from "./connect-guard.ts";

const OPTIONS: ChannelOptions = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 300,
  // Each peer has its own connection, and nothing is sent twice behind our back.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_http_proxy": 0,
  // Statistics that nobody asks for.
  "grpc.enable_channelz": 0,
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  ...TLS_CHANNEL,
};

/** So long a name waits for those before it. */
const LOOKUP_WAIT_MS = 5_000;

export type PeerClient = InstanceType<typeof PeerService>;

export interface PeerChannel {
  readonly client: PeerClient;
  readonly ip: string;
  /** Whether it is connected. */
  isReady(): boolean;
  /** Its peer is silent: the connection is replaced by another. */
  drop(reason: string): void;
  close(): void;
}

export function openChannel(ip: string, port: number, security: ChannelCredentials): PeerChannel {
  const family = isIP(ip) === 6 ? "ipv6" : "ipv4";
  const target = `${family}:${showAddress({ host: ip, port })}`;
  const client = new PeerService(target, security, OPTIONS);
  const channel = client.getChannel();
  const isReady = () => channel.getConnectivityState(false) === connectivityState.READY;
  const guard = guardConnections(ip, port, isReady);
  const close = () => {
    client.close();
    // A connection that is being made is not closed by gRPC: the guard stays until it is gone.
    setTimeout(guard.release, 2_000).unref();
  };
  return { client, ip, isReady, drop: guard.drop, close };
}

/**
 * Lookups take a thread each, for as long as a name server does not answer, and the same few threads sync
 * the state to disk: some must be left for that.
 */
const LOOKUPS_AT_ONCE = 2;
const lookups = Array.from({ length: LOOKUPS_AT_ONCE }, () => new Turnstile());
let next = 0;

/**
 * The address to dial.
 * @param ask who knows addresses, if it is not the system
 * @throws when the name is not known, or was not looked up in time because others were
 */
export async function resolve({ host }: HostPort, ask: typeof lookup = lookup): Promise<string> {
  if (isIP(host) !== 0) return host;
  const turnstile = lookups[next++ % LOOKUPS_AT_ONCE] ?? new Turnstile();
  if (!(await turnstile.enter(LOOKUP_WAIT_MS)))
    throw new Error(`${host}: the name servers do not answer`);
  try {
    return (await ask(host)).address;
  } finally {
    turnstile.leave();
  }
}
