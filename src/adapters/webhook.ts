/**
 * Posts JSON to the operator's `webhook`, once. The address may hold a secret, so it stands in no
 * message; what is answered is read and dropped, and no redirection is followed.
 */
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { messageOf, systemCode } from "../errors.ts";
import type { Secret } from "./config/secret.ts";

/** Why it was not taken; null: it was. Never rejects. */
export function post(url: Secret, body: string, deadlineMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const address = new URL(url.reveal());
    const request = address.protocol === "https:" ? requestTls : requestPlain;
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      "User-Agent": "redis-mmm",
    };
    const call = request(address, { method: "POST", headers, agent: false });
    const end = (why: string | null): void => {
      clearTimeout(timer);
      call.destroy();
      resolve(why);
    };
    const timer = setTimeout(() => end(`no answer in ${deadlineMs} ms`), deadlineMs);
    call.once("response", ({ statusCode = 0 }) => {
      end(statusCode >= 200 && statusCode < 300 ? null : `it answered ${statusCode}`);
    });
    call.on("error", (error) => end(systemCode(error) ?? messageOf(error)));
    call.end(body);
  });
}
