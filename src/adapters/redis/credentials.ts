/** How to log in to a Redis, from what the configuration says of it. */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { NodeLogin, RedisTls } from "../config/types.ts";
import type { Credentials } from "./connection.ts";

/** Throws when the file of authorities cannot be read. */
export function credentialsFor(login: NodeLogin): Credentials {
  return {
    username: login.redisUser ?? undefined,
    password: login.redisPassword?.reveal(),
    tls: tlsOptions(login.redisTls),
  };
}

/** The file is read for each connection, so that a renewed certificate needs no restart. */
function tlsOptions(tls: RedisTls): ConnectionOptions | undefined {
  if (tls.kind === "off") return undefined;
  return tls.kind === "system" ? {} : { ca: readFileSync(tls.file) };
}
