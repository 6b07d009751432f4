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
import { TLS_CHANNEL } from "../tls/channel.ts";
import { type HostPort, showAddress } from "./address.ts";
import { guardConnections } from "./connect-guard.ts";

const OPTIONS: ChannelOptions = {
  // A dead connection is noticed within 1.1 s, and replaced.
  "grpc.keepalive_time_ms": 500,
  "grpc.keepalive_timeout_ms": 600,
  "grpc.keepalive_permit_without_calls": 1,
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

export type PeerClient = InstanceType<typeof PeerService>;

export interface PeerChannel {
  readonly client: PeerClient;
  readonly ip: string;
  close(): void;
}

export function openChannel(ip: string, port: number, security: ChannelCredentials): PeerChannel {
  const family = isIP(ip) === 6 ? "ipv6" : "ipv4";
  const target = `${family}:${showAddress({ host: ip, port })}`;
  const client = new PeerService(target, security, OPTIONS);
  const channel = client.getChannel();
  const unguard = guardConnections(ip, port, () => {
    return channel.getConnectivityState(false) === connectivityState.READY;
  });
  const close = () => {
    client.close();
    // A connection that is being made is not closed by gRPC: the guard stays until it is gone.
    setTimeout(unguard, 2_000).unref();
  };
  return { client, ip, close };
}

/** The address to dial. @throws when the name is not known. */
export async function resolve({ host }: HostPort): Promise<string> {
  if (isIP(host) !== 0) return host;
  return (await lookup(host)).address;
}
