// Where a measuring client finds the master: at one address, or where a Sentinel says it is. Both
// give one fresh connection per attempt, within a deadline, and remember nothing else.
import { RespConnection } from "./resp.mjs";

/** options: `vip` and `port`; or `sentinels` ("host:port,…") and `service`. */
export function targetOf(options, timeoutMs) {
  if (options.sentinels === undefined)
    return { open: () => RespConnection.open({ host: options.vip, port: Number(options.port), timeoutMs }) };
  const sentinels = options.sentinels.split(",").map(parseAddress);
  return { open: () => openMaster(sentinels, options.service, timeoutMs) };
}

function parseAddress(text) {
  const [host, port] = text.split(":");
  return { host, port: Number(port) };
}

// As Redis asks of every client of Sentinel: ask the first that answers, which is then asked first,
// and let the node itself say that it is master.
async function openMaster(sentinels, service, timeoutMs) {
  const address = await askSentinels(sentinels, service, timeoutMs);
  const connection = await RespConnection.open({ ...address, timeoutMs });
  try {
    const [role] = await connection.call(["ROLE"], timeoutMs);
    if (role !== "master") throw new Error("not-master");
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function askSentinels(sentinels, service, timeoutMs) {
  let last = new Error("no-sentinel");
  for (const sentinel of [...sentinels]) {
    try {
      const address = await ask(sentinel, service, timeoutMs);
      sentinels.unshift(...sentinels.splice(sentinels.indexOf(sentinel), 1));
      return address;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function ask(sentinel, service, timeoutMs) {
  const connection = await RespConnection.open({ ...sentinel, timeoutMs });
  try {
    const answer = await connection.call(["SENTINEL", "get-master-addr-by-name", service], timeoutMs);
    if (answer === null) throw new Error("unknown-master");
    return { host: answer[0], port: Number(answer[1]) };
  } finally {
    connection.close();
  }
}
