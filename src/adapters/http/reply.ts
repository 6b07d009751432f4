/** What is asked at the HTTP door, and what is answered. */
import type { ServerResponse } from "node:http";

export interface Ask {
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Reply {
  readonly status: number;
  readonly type: string;
  /** A function writes a stream, and ends it. */
  readonly body: string | ((stream: ServerResponse) => void);
  readonly headers?: Readonly<Record<string, string>>;
}

export function plain(status: number, text: string): Reply {
  return { status, type: "text/plain; charset=utf-8", body: `${text}\n` };
}

export function json(value: unknown): Reply {
  return { status: 200, type: "application/json", body: `${JSON.stringify(value)}\n` };
}
