/**
 * One end of the peer protocol as a process of its own: says something every 100 ms, and prints
 * when it heard something, on the clock that all processes of this machine share.
 *
 * usage: peer-process NAME HOST:PORT PEER
 */
import { parseHostPort } from "../../src/adapters/peer/address.ts";
import { Endpoint, health } from "./peer-endpoint.ts";

const [name = "", listen = "", peer = ""] = process.argv.slice(2);
const address = parseHostPort(listen);
if (address === null) throw new Error(`${listen} is no address`);
const endpoint = await Endpoint.open({ name, ...address, peers: [peer] });
let seq = 0;
setInterval(() => {
  seq += 1;
  endpoint.peers.send(peer.split("=")[0] ?? "", health(seq));
  if (endpoint.received.length === 0) return;
  endpoint.received.length = 0;
  process.stdout.write(`${process.hrtime.bigint() / 1_000_000n}\n`);
}, 100);
