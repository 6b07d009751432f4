/**
 * What a host in the wrong hands could do, by way of ssh2, to every monitor that is logged in to it: hold
 * its thread for ever, or fill its memory. No version of ssh2 mends that, so this reaches into its
 * insides; the version is exact (package.json), and a test shows of each limit whether it still holds.
 */
import type { Client } from "ssh2";
import messages from "ssh2/lib/protocol/handlers.js";

const GLOBAL_REQUEST = 80;
/** sshd takes 32 KB at once. To one that takes nothing ssh2 would send packets of nothing, for ever. */
const SMALLEST_PACKET = 256;
/** What the host leaves unread of ours. The longest that we have to say, the guard's text, is 30 KB. */
const MOST_UNREAD = 1024 * 1024;

type Handler = (protocol: unknown, ...rest: unknown[]) => void;

interface Inside {
  readonly _protocol: { readonly _handlers: Record<string, Handler | undefined> };
  readonly _chanMgr: { get(id: unknown): { readonly incoming?: { readonly window: number } } };
  readonly _sock: { readonly writableLength: number };
}

/** Call it when `client.connect()` was called. Whoever goes too far is an "error" of the client. */
export function limitHost(client: Client): void {
  const { _protocol, _chanMgr, _sock } = client as unknown as Inside;
  const handlers = _protocol._handlers;
  const before = (name: string, check: (...rest: unknown[]) => void): void => {
    const handle = handlers[name];
    if (handle === undefined) return;
    handlers[name] = (protocol, ...rest) => {
      check(...rest);
      handle(protocol, ...rest);
    };
  };
  // Many messages are answered at once; not to read the answers is how to pile them up here.
  for (const name of Object.keys(handlers)) {
    before(name, () => {
      if (_sock.writableLength > MOST_UNREAD) throw new Error("the host does not read");
    });
  }
  before("CHANNEL_OPEN_CONFIRMATION", (info) => {
    const { packetSize } = info as { readonly packetSize: number };
    if (packetSize < SMALLEST_PACKET)
      throw new Error(`the host takes only ${packetSize} bytes at once`);
  });
  // ssh2 looks only whether there is any room, and keeps what nobody reads yet.
  const withinWindow = (id: unknown, data: unknown): void => {
    const { window = 0 } = _chanMgr.get(id)?.incoming ?? {};
    if ((data as Buffer).length > window) throw new Error("the host sends more than it may");
  };
  before("CHANNEL_DATA", withinWindow);
  before("CHANNEL_EXTENDED_DATA", withinWindow);
}

/**
 * A host may announce the keys that it has. ssh2 would try to read each as every format of a key file,
 * with regular expressions that take half a second for one message. Nobody here asked for them.
 */
messages[GLOBAL_REQUEST] = (protocol, payload) => {
  const nameLength = payload.length < 5 ? 0 : payload.readUInt32BE(1);
  const wantsReply = payload[5 + nameLength] === 1;
  const handle = protocol._handlers["GLOBAL_REQUEST"] as Handler | undefined;
  handle?.(protocol, "", wantsReply, null);
};
